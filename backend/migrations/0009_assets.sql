-- An invoice may be paid in several assets, and may leave the amount to whoever pays.

-- Other assets that pay the same intent, by spaces.
alter table intents add column also text;

alter table invoices add column open_amount boolean not null default false;
alter table invoices add column min_amount bigint check (min_amount > 0);     -- of an open amount
-- The other accepted assets, each with its due, its rate and what came in it: a JSON list. With the rest
-- of the row it is read whole, and changed only by whoever has read it as it is.
alter table invoices add column others text not null default '[]';
