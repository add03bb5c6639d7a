-- What the role `notifier` knows: who is to be told, and what is still to be told to whom.

create table notice_receiver (
    id           text primary key,
    -- citizen (holder: a petition's id), office or channel (holder: its code or name).
    holder_kind  text not null,
    holder       text not null,
    medium       text not null,
    -- A citizen's address is sealed with a key of the petition's own from the keyring; only an endpoint has a URL.
    address      text,
    address_hash text,
    url          text,
    key_path     text,
    -- Version of the secret that signs, which follows from TRACKING_SECRET; the one before holds until then.
    secret       integer not null default 1,
    secret_until timestamptz,
    language     text not null default 'vi',
    wants        text[] not null,
    -- waiting (for its confirmation) or active.
    state        text not null,
    failures     integer not null default 0,
    retry_at     timestamptz not null default now(),
    busy_until   timestamptz not null default now(),
    created_at   timestamptz not null default now()
);

create index notice_receiver_holder on notice_receiver (holder_kind, holder);
create unique index notice_receiver_once on notice_receiver (holder, medium, address_hash) where address_hash is not null;
create unique index notice_endpoint_once on notice_receiver (holder_kind, holder, url) where url is not null;

-- Which channel a petition came by: it may be told of it.
create table notice_petition (
    petition_id text primary key,
    channel     text not null
);

create table notice_delivery (
    id          bigint generated always as identity primary key,
    receiver    text not null references notice_receiver on delete cascade,
    petition_id text,
    event_id    text not null,
    type        text not null,
    seq         integer not null,
    at          timestamptz not null,
    -- The event as it stands on the record, its words sealed; none any more once it was sent.
    event       json,
    state       text not null default 'waiting',
    tries       integer not null default 0,
    error       text,
    due_at      timestamptz not null,
    created_at  timestamptz not null default now(),
    sent_at     timestamptz,
    unique (receiver, event_id)
);

create index notice_delivery_lane on notice_delivery (receiver, due_at, id) where state = 'waiting';
create index notice_delivery_petition on notice_delivery (petition_id);
