-- When this database was found to be an older copy of itself, and its feeds were sent on.
create table restores (
    at  bigint  primary key
);
