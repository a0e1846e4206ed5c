-- What receipts are signed with. It signs receipts and nothing else, and no money hangs on it. It must
-- sign, so it is kept as it is; guard the database.
create table receipt_keys (
    number       bigint  primary key,       -- the highest one signs
    private_key  text    not null,          -- rcsk_…
    public_key   text    not null,          -- base64, as it is served
    created_at   bigint  not null
);
