-- How much of an invoice may be missing, in hundredths of a percent of what is due.
alter table invoices add column tolerance_bps bigint not null default 0 check (tolerance_bps between 0 and 500);
-- When the merchant took what had come as enough.
alter table invoices add column accepted_at bigint;

-- What was seen of an invoice and what was decided, each with its rule, in the order in which we saw it.
create table invoice_timeline (
    invoice_id   text    not null references invoices (id),
    n            bigint  not null,
    kind         text    not null,
    transfer_id  text    references transfers (id),
    note         text,
    at           bigint  not null,
    primary key (invoice_id, n)
);
