-- Whatever would lower the owners' power to see or to stop a new wallet waits, as the wallet does, and
-- any of them can stop it. payout_changes is read no more; what stands in it is copied.
create table changes (
    id           text    primary key,
    merchant_id  text    not null references merchants (id),
    kind         text    not null check (kind in ('payout', 'owner_invited', 'owner_made', 'owner_lowered',
                                                  'owner_removed', 'key')),
    subject      text    not null,          -- a person's, an invitation's or a key's id; 'payout'
    person_id    text,                      -- whose role it changes; of an invitation: once it is taken
    from_value   text,                      -- an address, or a role
    to_value     text,                      -- an address, a role, or a key's first characters
    asked_by     text    not null,          -- the person's id or the key's
    status       text    not null check (status in ('waiting', 'done', 'canceled')),
    created_at   bigint  not null,
    wait_ms      bigint  not null,
    due_at       bigint  not null,          -- by the chain's clock
    reminded     boolean not null,
    ended_at     bigint,
    ended_by     text                       -- whoever has stopped it; null: nobody
);
create index changes_by_merchant on changes (merchant_id, id);
create index changes_by_subject on changes (subject, id);
create index changes_by_person on changes (person_id) where status = 'waiting';
create index changes_due on changes (due_at) where status = 'waiting';
create unique index changes_waiting on changes (merchant_id, subject) where status = 'waiting';
insert into changes (id, merchant_id, kind, subject, from_value, to_value, asked_by, status, created_at,
                     wait_ms, due_at, reminded, ended_at)
    select id, merchant_id, 'payout', 'payout', from_address, to_address, asked_by, status, created_at,
           due_at - created_at, due_at, false, ended_at
      from payout_changes;

-- Who owned the merchant when a change was asked for. They may stop it, whatever becomes of them
-- meanwhile: so by what Telegram calls them, which stays.
create table change_witnesses (
    change_id    text    not null references changes (id),
    telegram_id  bigint  not null,
    primary key (change_id, telegram_id)
);
create index change_witnesses_by_person on change_witnesses (telegram_id);
insert into change_witnesses (change_id, telegram_id)
    select c.id, p.telegram_id
      from changes c
      join members m on m.merchant_id = c.merchant_id and m.role = 'owner'
      join people p on p.id = m.person_id
     where c.status = 'waiting'
    union
    select c.id, s.owner_telegram
      from changes c join merchants s on s.id = c.merchant_id
     where c.status = 'waiting' and s.owner_telegram is not null;

-- What somebody reads after a press on one of the bot's buttons.
create table taps (
    id           text    primary key,       -- Telegram's name for it
    answer       text    not null,
    tapped_at    bigint  not null,
    answered_at  bigint
);
create index taps_waiting on taps (tapped_at) where answered_at is null;

-- An endpoint reads the feed, so whoever makes or ends one must be able to. A key that could so far, can.
update api_keys set scopes = scopes || ' events:read'
 where scopes like '%webhooks:write%' and scopes not like '%events:%';
