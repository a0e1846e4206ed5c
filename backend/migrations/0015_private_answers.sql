-- Every invoice has its number from the beginning, so that reading a list writes nothing. Those that
-- were never shown in CryptoBot's language get theirs now: above 2⁴⁰, where no random one is.
insert into cryptobot_invoices (invoice_id, number, allow_comments, allow_anonymous)
select i.id, 1099511627776 + row_number() over (order by i.id), true, true
  from invoices i
 where not exists (select 1 from cryptobot_invoices c where c.invoice_id = i.id);

-- A browser that wants to pay an invoice shows a secret of its own, and gets a payment with a reference
-- of its own. What the shop says to whoever has paid is for the secret whose reference has paid.
create table invoice_claims (
    invoice_id   text    not null references invoices (id),
    secret_hash  text    not null,              -- SHA-256, hex
    intent_id    text    not null references intents (id),
    created_at   bigint  not null,
    primary key (invoice_id, secret_hash)
);
