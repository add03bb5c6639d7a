-- The desk: who of an office works on a case, and finding any case again.

-- By the record: the person of the office who has the case, and how long, where it was taken (null: given, or nobody's).
alter table petition add column officer text, add column held_until timestamptz;

create index petition_officer on petition (officer, urgency, due, petition_id) where officer is not null and queue_office is not null;
-- All that an office has had to do, open or not, the newest first; all of the city's open work in the order of a queue.
create index petition_office on petition (office, received_at, petition_id);
create index petition_work on petition (urgency, due, petition_id) where queue_office is not null;
-- Serves what the block-range index did, and gives an order.
create index petition_received on petition (received_at, petition_id);
drop index petition_received_at;

-- What a case is found by. No word stands here: marks of words under a key of the deployment (`consumers.read_model.words`), so that this
-- table tells nothing of anybody to who has the database alone. Erased with the petition's words.
create table case_words (
    petition_id text primary key,
    -- That own it or once did.
    offices     text[] not null,
    words       bigint[] not null default '{}',
    photos      boolean not null default false
) with (fillfactor = 85);

create index case_words_found on case_words using gin (offices, words);
create index case_words_former on case_words using gin (offices) where cardinality(offices) > 1;

-- How an office sorts its work for itself: a filter with a name, one's own or for all of the office.
create table desk_view (
    id         bigint generated always as identity primary key,
    office     text not null,
    person_id  text not null,
    shared     boolean not null,
    name       text not null,
    query      text not null,
    created_at timestamptz not null default now()
);
create index desk_view_office on desk_view (office);

-- Who is away until when, and who stands in: his cases are among the stand-in's own.
create table desk_absence (
    person_id text not null,
    office    text not null,
    stand_in  text,
    until     timestamptz not null,
    primary key (person_id, office)
);

-- Who has a case open now, and who writes; gone after a moment (`until`). No part of the record: to have looked obliges to nothing.
create unlogged table desk_presence (
    petition_id text not null,
    person_id   text not null,
    office      text not null,
    name        text not null,
    writing     boolean not null,
    until       timestamptz not null,
    primary key (petition_id, person_id)
);
create index desk_presence_office on desk_presence (office, until);
