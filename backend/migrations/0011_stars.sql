-- Goods that inside Telegram are paid in Stars alone, and the Stars that came and went.

alter table invoices add column goods_kind text not null default 'physical'
    check (goods_kind in ('physical', 'service', 'digital'));
alter table invoices add column stars_price bigint check (stars_price > 0);
alter table invoices add column stars_in_time bigint not null default 0;    -- Stars that came before the end
alter table invoices add column stars_late bigint not null default 0;       -- Stars that came after it
alter table invoices add column stars_link text;                            -- Telegram's link to pay it, once made

-- Stars that Telegram has taken from somebody for us, once each.
create table star_payments (
    id           text    primary key,
    charge_id    text    not null unique,   -- Telegram's name for it; only with it can Stars go back
    telegram_id  bigint  not null,          -- who paid: Telegram asks for it when Stars go back
    payload      text    not null,          -- what Telegram said it pays
    invoice_id   text    references invoices (id),      -- null: it pays nothing we know
    amount       bigint  not null check (amount > 0),
    at           bigint  not null,          -- by Telegram's clock
    created_at   bigint  not null
);
create index star_payments_by_invoice on star_payments (invoice_id) where invoice_id is not null;

-- Whether an invoice may be paid now: Telegram asks before it takes Stars, and waits ten seconds.
create table star_checkouts (
    id           text    primary key,       -- Telegram's name for the question
    invoice_id   text    references invoices (id),
    refusal      text,                      -- what the payer reads; null: it may be paid
    asked_at     bigint  not null,
    answered_at  bigint
);
create index star_checkouts_waiting on star_checkouts (asked_at) where answered_at is null;
create index star_checkouts_by_invoice on star_checkouts (invoice_id, asked_at) where refusal is null;

-- Stars that go back, always the whole payment.
create table star_refunds (
    id           text    primary key,
    merchant_id  text    not null references merchants (id),
    payment_id   text    not null references star_payments (id),
    invoice_id   text    not null references invoices (id),
    amount       bigint  not null check (amount > 0),
    reason       text,
    status       text    not null check (status in ('submitted', 'succeeded', 'failed')),
    failure      text,                      -- why it has failed, or why Telegram has not been reached
    attempt      bigint  not null,
    due_at       bigint,                    -- when Telegram is asked next; null: it has ended
    status_at    bigint  not null,
    created_at   bigint  not null
);
create unique index star_refunds_one on star_refunds (payment_id) where status <> 'failed';
create index star_refunds_due on star_refunds (due_at) where due_at is not null;
create index star_refunds_by_merchant on star_refunds (merchant_id, id);
create index star_refunds_by_invoice on star_refunds (invoice_id);

alter table invoice_timeline add column star_payment_id text references star_payments (id);
