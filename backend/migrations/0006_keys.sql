-- What a key may do, for how long, and from where. All empty: everything, for ever, from anywhere.
alter table api_keys add column name text;
alter table api_keys add column scopes text;            -- invoices:read events:read …
alter table api_keys add column allowed_ips text;       -- addresses and networks, separated by spaces
alter table api_keys add column expires_at bigint;
alter table api_keys add column last_used_at bigint;
