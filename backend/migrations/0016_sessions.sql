-- A session has a name by which its owner can end it, and lasts for as long as it is used.
alter table sessions add column id text;               -- null: from before sessions had names
alter table sessions add column used_at bigint;        -- null: not since it was opened
alter table sessions add column ended_at bigint;       -- ended by its owner; kept until its init data opens nothing
alter table sessions add column init_hash text;        -- which init data it was opened with
create unique index sessions_by_id on sessions (id);
create unique index sessions_by_init on sessions (init_hash);
create index sessions_by_person on sessions (person_id);
