-- Money that goes back, and what merchants decide about money that pays nothing.

create table refunds (
    id             text    primary key,
    merchant_id    text    not null references merchants (id),
    transfer_id    text    not null references transfers (id),  -- the money that goes back
    invoice_id     text    references invoices (id),            -- what it had paid, if anything
    asset          text    not null,
    amount         bigint  not null check (amount > 0),
    sent           bigint  not null check (sent >= 0),          -- what has arrived so far
    to_address     text    not null,
    reason         text,
    warnings       text    not null,                            -- JSON, a list of words
    status         text    not null
                   check (status in ('requires_signature', 'submitted', 'succeeded', 'failed', 'canceled')),
    status_at      bigint  not null,
    awaited_until  bigint,      -- until then money may come of a message that was handed out
    created_at     bigint  not null
);
create index refunds_by_merchant on refunds (merchant_id, id);
create index refunds_by_transfer on refunds (transfer_id);
create index refunds_by_invoice on refunds (invoice_id) where invoice_id is not null;
create index refunds_awaited on refunds (awaited_until) where awaited_until is not null;

-- What a merchant has decided about unmatched money. Without a row it is open.
create table inbox (
    merchant_id  text    not null references merchants (id),
    transfer_id  text    not null references transfers (id),
    state        text    not null check (state in ('open', 'attached', 'ignored')),
    reason       text    not null,          -- why it was unmatched
    invoice_id   text    references invoices (id),
    note         text,
    decided_by   text    not null,          -- the key that was used
    decided_at   bigint  not null,
    primary key (merchant_id, transfer_id)
);
create index inbox_by_state on inbox (merchant_id, state, transfer_id);
create index transfers_unmatched on transfers (owner, id) where reason is not null;
-- Who has sent money before: for warnings, and for guessing what money was meant for.
create index transfers_by_sender on transfers (sender) where sender is not null;
create index intents_by_payer_address on intents (payer_address) where payer_address is not null;
