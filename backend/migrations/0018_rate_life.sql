-- A price in fiat is held at a rate for a while, and reckoned anew for whoever comes to pay later.

alter table invoices add column rate_life bigint check (rate_life > 0);     -- in seconds, as the merchant said
alter table invoices add column rate_from bigint;                           -- null: held as long as the invoice lives
alter table invoices add column rate_until bigint;
-- What came and counts by another rate than the present one: a JSON list.
alter table invoices add column earlier text not null default '[]';

-- Every rate that an invoice was held at, and what was due by it.
create table invoice_rates (
    invoice_id  text    not null references invoices (id),
    held_from   bigint  not null,
    held_until  bigint  not null,           -- the same as held_from: money came while no rate was held
    dues        text    not null,           -- a JSON list: each accepted asset
    primary key (invoice_id, held_from)
);

-- Text that can be read, in a comment that was not written as the standard says: shown, never matched.
alter table transfers add column readable text;
