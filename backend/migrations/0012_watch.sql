-- How far by the chain's clock an account has been compared with its own last transaction: no deadline
-- beyond that passes. And since when it could not be read, and why.
alter table watched add column compared bigint not null default 0;
alter table watched add column behind_at bigint;
alter table watched add column trouble text;
-- `since` is by our own clock, which is not known to agree with the chain's; the next block puts it right.
alter table watched add column unplaced boolean not null default false;
