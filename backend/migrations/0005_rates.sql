-- What each source has said of the worth of an asset: one row for as long as it says the same.
create table rate_quotes (
    asset     text    not null,
    currency  text    not null,             -- ISO 4217
    source    text    not null,
    rate      text    not null,             -- exact decimal: one whole asset in the currency
    first_at  bigint  not null,
    last_at   bigint  not null,
    primary key (asset, currency, source, first_at)
);
create index rate_quotes_by_age on rate_quotes (last_at);

-- A price in fiat, and the rate that was fixed when the invoice was made. All of them, or none.
alter table invoices add column fiat_amount bigint check (fiat_amount > 0);   -- in the currency's minor units
alter table invoices add column fiat_currency text;
alter table invoices add column fiat_rate text;
alter table invoices add column fiat_sources text;                            -- names, by commas
alter table invoices add column fiat_at bigint;                               -- how old the rate was: its oldest source

-- What a transfer to a merchant was worth when it settled, if a trusted rate was there.
alter table transfers add column fiat_value bigint;
alter table transfers add column fiat_currency text;
alter table transfers add column fiat_rate text;
