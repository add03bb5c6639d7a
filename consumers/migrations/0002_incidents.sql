-- What the role `incidents` remembers of petitions, to find several on one matter. Made from petitions.events; no texts in it.

create table incident_petition (
    petition_id text primary key,
    seq         integer not null,
    state       text not null,
    category    text not null,
    level       text not null,
    ward_code   text,
    received_at timestamptz not null,
    deadline    timestamptz,
    -- By the record; `asked`: whom it was asked to join, until the record says what came of it.
    leader      text,
    asked       text,
    followers   integer not null,
    -- Leaders that it was separated from, or that would not have it: never asked again.
    apart       text[] not null default '{}',
    lat         double precision,
    long        double precision,
    numbers     text[] not null,
    names       text[] not null,
    terms       bigint[] not null
) with (fillfactor = 85);

create index incident_candidates on incident_petition (category, ward_code, received_at);
create index incident_asked on incident_petition (asked) where asked is not null;

-- What is asked of the case stage: written with the offsets, sent after that, as often as needed under the same id.
create table incident_request (
    event_id     text primary key,
    petition_id  text not null,
    value        jsonb not null,
    requested_at timestamptz not null,
    sent_at      timestamptz
);

create index incident_unsent on incident_request (requested_at) where sent_at is null;
