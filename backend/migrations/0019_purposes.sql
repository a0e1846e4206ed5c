-- Payments no longer know what they are for: what they had asked of their purpose stands with each of them,
-- and a new purpose is no change of this table.
alter table intents add column takes_parts boolean not null default false; -- transfers add up
alter table intents add column shop text check (shop in ('payer', 'payee'));
alter table intents add column keeps_worth boolean not null default false; -- what it is in fiat
update intents set takes_parts = true, keeps_worth = true, shop = 'payee' where purpose = 'invoice';
update intents set takes_parts = true, shop = 'payer' where purpose = 'refund';

-- The word has another name from here on: an older process that still runs beside this one knows nothing of the
-- columns above, and must fail loudly rather than write payments without them.
alter table intents add column kind text not null default '';
update intents set kind = purpose;
-- The list of purposes that were known goes with it.
alter table intents drop column purpose;
