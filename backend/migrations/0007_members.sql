-- People who act for a merchant from their own Telegram account.
create table members (
    merchant_id  text    not null references merchants (id),
    person_id    text    not null references people (id),
    role         text    not null check (role in ('owner', 'manager', 'support')),
    created_at   bigint  not null,
    primary key (merchant_id, person_id)
);
create index members_by_person on members (person_id);
insert into members (merchant_id, person_id, role, created_at)
    select m.id, p.id, 'owner', m.created_at
      from merchants m join people p on p.telegram_id = m.owner_telegram;

-- Links that make one person a member. The link itself was shown once.
create table invitations (
    id           text    primary key,
    merchant_id  text    not null references merchants (id),
    role         text    not null check (role in ('owner', 'manager', 'support')),
    hash         text    not null unique,
    created_at   bigint  not null,
    expires_at   bigint  not null,
    ended_at     bigint                     -- taken, or taken back
);
create index invitations_by_merchant on invitations (merchant_id) where ended_at is null;

-- Every wallet a merchant has ever been paid at: what still arrives there is still theirs.
create table payout_wallets (
    merchant_id  text    not null references merchants (id),
    address      text    not null,
    since        bigint  not null,          -- when it last became the wallet that is paid
    primary key (merchant_id, address)
);
create index payout_wallets_by_address on payout_wallets (address);
insert into payout_wallets (merchant_id, address, since)
    select id, payout_address, created_at from merchants;
alter table merchants add column payout_since bigint;   -- null: since it was opened

-- A new wallet waits, so that a thief's change can be seen and stopped.
create table payout_changes (
    id            text    primary key,
    merchant_id   text    not null references merchants (id),
    from_address  text    not null,
    to_address    text    not null,
    asked_by      text    not null,         -- the person who has proven the wallet
    status        text    not null check (status in ('waiting', 'done', 'canceled')),
    created_at    bigint  not null,
    due_at        bigint  not null,
    ended_at      bigint
);
create index payout_changes_by_merchant on payout_changes (merchant_id, id);
create unique index payout_changes_waiting on payout_changes (merchant_id) where status = 'waiting';
create index payout_changes_due on payout_changes (due_at) where status = 'waiting';

-- Whose hand it was, where somebody's was: the key's or the person's id.
alter table events add column hand text;
create index events_by_hand on events (account_id, seq) where hand is not null;
