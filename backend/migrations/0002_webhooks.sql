-- A merchant's own servers that are told of events, and how each telling fares.

create table webhooks (
    id             text    primary key,
    account_id     text    not null references accounts (id),
    kind           text    not null check (kind in ('endpoint', 'invoices')),
    url            text    not null,          -- empty for 'invoices': each invoice brings its own
    description    text,
    types          text    not null,          -- by commas; empty: every type
    status         text    not null check (status in ('enabled', 'disabled')),
    reason         text    check (reason in ('merchant', 'gone', 'failing')),
    failing_since  bigint,                    -- nothing has got through since
    warned_at      bigint,
    created_at     bigint  not null
);
create index webhooks_by_account on webhooks (account_id, id);
create unique index webhooks_for_invoices on webhooks (account_id) where kind = 'invoices';

-- What deliveries are signed with. It must sign, so it is kept as it is; guard the database.
create table webhook_secrets (
    webhook_id   text    not null references webhooks (id),
    secret       text    not null,            -- whsec_…
    private_key  text    not null,            -- whsk_…
    public_key   text    not null,            -- whpk_…
    created_at   bigint  not null,
    until        bigint,                      -- null: the one in force
    primary key (webhook_id, secret)
);

-- One event to one webhook. There is no foreign key to it: a webhook that is deleted at the same moment
-- must not hinder the event.
create table webhook_deliveries (
    id          text    primary key,
    webhook_id  text    not null,
    account_id  text    not null,
    seq         bigint  not null,
    type        text    not null,
    url         text,                         -- an invoice's own address; otherwise the webhook's
    lane        text    not null,             -- lanes do not wait for each other
    state       text    not null check (state in ('due', 'delivered', 'dead')),
    step        bigint  not null,             -- how far in the schedule
    attempts    bigint  not null,             -- in all, also before it was sent again
    due_at      bigint  not null,             -- the next attempt; while one is in hand, the end of its lease
    lease       text,                         -- who has it in hand
    note        text,                         -- why the last attempt failed, or why it is dead
    created_at  bigint  not null,
    done_at     bigint,
    status      bigint,                       -- what the receiver answered when it took it,
    millis      bigint,                       -- and how long that attempt took
    unique (webhook_id, seq)
);
create index webhook_deliveries_due on webhook_deliveries (lane, due_at) where state = 'due';
create index webhook_deliveries_leased on webhook_deliveries (lease) where lease is not null;
create index webhook_deliveries_by_account on webhook_deliveries (account_id, id);
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_by_age on webhook_deliveries (done_at) where done_at is not null;

-- Attempts that failed; and the one that did not, once the delivery is made again.
create table webhook_attempts (
    delivery_id  text    not null,
    number       bigint  not null,
    at           bigint  not null,
    millis       bigint  not null,            -- how long it took
    status       bigint,                      -- null: there was no answer
    note         text,
    body         text,                        -- the beginning of the answer
    primary key (delivery_id, number)
);

-- An invoice may name an address of its own.
alter table invoices add column webhook_url text;
