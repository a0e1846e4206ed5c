-- A payment to an address that many share carries their customer's memo as the whole comment, and no
-- reference of ours: it is known by who sent what to whom.
alter table intents add column memo text;
-- The logical time up to which the payer's wallet had acted when the payment was made: what it sent
-- before is another payment.
alter table intents add column sent_after bigint;
create index intents_by_memo on intents (payee_address, payer_address) where memo is not null;
