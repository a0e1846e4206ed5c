-- The portable subset: text, bigint, boolean. Times are milliseconds, amounts smallest units.

-- Whoever has a feed of events: a person or a merchant.
create table accounts (
    id          text    primary key,
    kind        text    not null check (kind in ('person', 'merchant')),
    next_seq    bigint  not null default 0,
    created_at  bigint  not null
);

create table people (
    id             text     primary key references accounts (id),
    telegram_id    bigint   not null unique,
    first_name     text     not null,
    username       text,
    username_key   text,                    -- lower case, for looking up
    named_at       bigint   not null,       -- when Telegram last said that this is the name
    language       text     not null,
    notifications  boolean  not null,
    chat           text     not null check (chat in ('unknown', 'open', 'blocked')),
    created_at     bigint   not null
);
create index people_by_username on people (username_key) where username_key is not null;

create table sessions (
    token_hash  text    primary key,
    person_id   text    not null references people (id),
    created_at  bigint  not null,
    expires_at  bigint  not null
);
create index sessions_by_expiry on sessions (expires_at);

create table challenges (
    payload       text    primary key,
    session_hash  text    not null,
    person_id     text    not null references people (id),
    expires_at    bigint  not null,
    used_at       bigint
);

create table wallets (
    id           text     primary key,
    person_id    text     not null references people (id),
    address      text     not null,
    version      text     not null,
    public_key   text     not null,
    is_default   boolean  not null,
    linked_at    bigint   not null,
    unique (person_id, address)
);
create index wallets_by_address on wallets (address);

create table merchants (
    id              text     primary key references accounts (id),
    name            text     not null,
    owner_telegram  bigint,                 -- whom the bot tells; may come to us later, or never
    payout_address  text     not null,
    livemode        boolean  not null,
    created_at      bigint   not null
);
create index merchants_by_address on merchants (payout_address);

create table api_keys (
    id            text    primary key,
    merchant_id   text    not null references merchants (id),
    hash          text    not null unique,
    hint          text    not null,         -- the first characters, to recognise it by
    created_at    bigint  not null,
    revoked_at    bigint
);
create index api_keys_by_merchant on api_keys (merchant_id);

-- What somebody means to pay. Everything payable owns intents; the watcher knows nothing else.
create table intents (
    id             text    primary key,
    purpose        text    not null check (purpose in ('send', 'invoice', 'request', 'refund')),
    purpose_id     text,
    -- Both sides as they were called at that moment; a receipt does not change its names later.
    payer_id        text    references people (id),
    payer_name      text,
    payer_username  text,
    payer_address   text,
    payee_id        text    references people (id),
    payee_name      text,
    payee_username  text,
    payee_address   text    not null,
    description     text,
    asset          text    not null,
    amount         bigint  check (amount >= 0),
    reference      text    not null,
    note           text,
    status         text    not null
                   check (status in ('created', 'submitted', 'seen', 'confirmed', 'final', 'expired', 'cancelled')),
    request        text,                    -- the TON Connect transaction to sign, JSON
    message_hash   text,
    submitted_at   bigint,
    seen_at        bigint,
    confirmed_at   bigint,
    settled_at     bigint,
    created_at     bigint  not null,
    expires_at     bigint  not null,
    unique (payee_address, reference)
);
create index intents_live on intents (expires_at) where status in ('created', 'submitted', 'seen', 'confirmed');
create index intents_unsigned on intents (payer_id, expires_at) where status = 'created';
create index intents_by_purpose on intents (purpose_id) where purpose_id is not null;

-- Money that arrived on a watched account, once each.
create table transfers (
    id          text     primary key,
    account     text     not null,          -- the account whose transaction it is
    lt          bigint   not null,
    hash        text     not null,
    owner       text     not null,          -- who received: the watched wallet
    sender      text,
    asset       text     not null,
    units       text     not null,          -- verbatim, however large
    amount      bigint,                     -- null when larger than we count
    comment     text,
    intent_id   text     references intents (id),
    reason      text,                       -- why it is unmatched
    fee         bigint,                     -- what the payer paid the network, nano, once known
    block       bigint   not null,          -- masterchain block
    at          bigint   not null,          -- block time
    created_at  bigint   not null,
    unique (account, asset, lt, hash)       -- one transaction may bring its account GRAM and its owner jettons
);
create index transfers_by_intent on transfers (intent_id) where intent_id is not null;
create index transfers_by_owner on transfers (owner, at);

-- The accounts whose transactions we follow, each with its own cursor.
create table watched (
    owner       text    not null,
    asset       text    not null,
    account     text,                       -- the jetton wallet, once the chain has named it
    lt          bigint,
    hash        text,
    since       bigint  not null,           -- where to begin when there is no cursor yet
    until       bigint,                     -- null: for ever
    behind      boolean not null default false, -- it could not be read as far as the others
    primary key (owner, asset)
);
create index watched_by_account on watched (account) where account is not null;

-- What a person sees as their activity, newest first.
create table activity (
    person_id   text    not null references people (id),
    subject_id  text    not null,           -- pay_… or trf_…
    direction   text    not null check (direction in ('in', 'out')),
    at          bigint  not null,
    primary key (person_id, subject_id, direction)
);
create index activity_by_time on activity (person_id, at, subject_id);

create table invoices (
    id            text    primary key,
    merchant_id   text    not null references merchants (id),
    intent_id     text    not null references intents (id),
    asset         text    not null,
    due           bigint  not null check (due > 0),
    description   text,
    external_id   text,
    metadata      text    not null,         -- a JSON object
    return_url    text,
    pay_url       text    not null,         -- both links as they were given out
    app_url       text    not null,
    status        text    not null check (status in ('open', 'processing', 'paid', 'expired', 'void')),
    in_time       bigint  not null,         -- money that came before the end
    late          bigint  not null,         -- money that came after it
    created_at    bigint  not null,
    expires_at    bigint  not null,
    paid_at       bigint,
    void_at       bigint
);
create index invoices_by_merchant on invoices (merchant_id, id);
create unique index invoices_by_external_id on invoices (merchant_id, external_id) where external_id is not null;
create index invoices_due on invoices (expires_at) where status in ('open', 'processing');

create table requests (
    id          text    primary key,
    person_id   text    not null references people (id),
    address     text    not null,
    asset       text    not null,
    amount      bigint  check (amount > 0),
    note        text,
    link        text    not null,           -- as it was given out
    closed_at   bigint,
    paid_count  bigint  not null,
    created_at  bigint  not null,
    expires_at  bigint
);
create index requests_by_person on requests (person_id, id);

create table events (
    account_id  text    not null references accounts (id),
    seq         bigint  not null,
    id          text    not null unique,
    type        text    not null,
    data        text    not null,
    created_at  bigint  not null,
    primary key (account_id, seq)
);
create index events_by_type on events (account_id, type, seq);

create table deliveries (
    id           text    primary key,
    account_id   text    not null,
    seq          bigint  not null,
    channel      text    not null check (channel in ('telegram')),
    target       text    not null,
    state        text    not null check (state in ('due', 'delivered', 'dead')),
    attempt      bigint  not null,
    due_at       bigint  not null,
    lease_until  bigint,
    message      text,                      -- the bot's reply, JSON; otherwise the event says what to tell
    note         text,                      -- why it is dead, or why it was put off
    created_at   bigint  not null,
    done_at      bigint,
    unique (account_id, seq, channel, target)
);
create index deliveries_due on deliveries (target, due_at, lease_until, created_at) where state = 'due';

-- Telegram's updates, stored before they are handled.
create table updates (
    update_id    bigint  primary key,
    body         text    not null,          -- emptied once it is handled
    received_at  bigint  not null,
    attempt      bigint  not null,
    due_at       bigint,                    -- null: parked, after it has failed too often
    handled_at   bigint
);
create index updates_waiting on updates (update_id) where handled_at is null;

-- The first answer to each Idempotency-Key. Without a status it is being worked out.
create table idempotency (
    account_id  text    not null references accounts (id),
    key         text    not null,
    request     text    not null,           -- SHA-256 of route and body
    status      bigint,
    response    text,
    created_at  bigint  not null,
    primary key (account_id, key)
);
create index idempotency_by_age on idempotency (created_at);

-- The little we remember of the chain itself: its network id and the newest block we have seen past.
create table chain (
    id       bigint  primary key check (id = 1),
    network  text    not null,
    block    bigint  not null,
    time     bigint  not null
);
