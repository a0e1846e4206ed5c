-- For whoever comes from CryptoBot: what its API knows of an invoice and ours does not. A row is written
-- when an invoice is made or first shown there.
create table cryptobot_invoices (
    invoice_id       text     primary key references invoices (id),
    number           bigint   not null unique,   -- its invoice_id there: below 2⁴⁰, at random
    description      text,                       -- as it was given, with its line breaks
    payload          text,
    button           text     check (button in ('viewItem', 'openChannel', 'openBot', 'callback')),
    button_url       text,
    allow_comments   boolean  not null,
    allow_anonymous  boolean  not null,
    deleted_at       bigint
);

-- Shown to whoever has paid, and to nobody before.
alter table invoices add column paid_message text;

-- An endpoint that is spoken to in CryptoBot's way: the API key whose hash signs.
alter table webhooks add column key_id text references api_keys (id);
