-- The read model: a view of petitions.events that can be thrown away and rebuilt by replaying the topic.

create table petition (
    petition_id    text primary key,
    seq            integer not null,
    state          text not null,
    category       text not null,
    level          text not null,
    office         text,
    ward_code      text,
    channel        text not null,
    received_at    timestamptz not null,
    deadline       timestamptz,
    escalation     integer not null,
    is_open        boolean not null,
    -- The order of a queue: urgency (0 urgent and late, 1 urgent, 2 late, 3 the rest), then the next due instant.
    queue_office   text,
    urgency        smallint not null,
    due            timestamptz not null,
    decider        text,
    escalated_to   text,
    co_offices     text[],
    view           json not null,
    petition       json,
    classification json,
    updated_at     timestamptz not null
) with (fillfactor = 85);

create index petition_queue on petition (queue_office, urgency, due, petition_id) where queue_office is not null;
create index petition_decider on petition (decider, urgency, due, petition_id) where decider is not null;
create index petition_escalated on petition (escalated_to, urgency, due, petition_id) where escalated_to is not null;
create index petition_co_office on petition using gin (co_offices) where co_offices is not null;

create table timeline (
    petition_id text not null,
    seq         integer not null,
    event_id    text not null,
    type        text not null,
    at          timestamptz not null,
    data        json not null,
    primary key (petition_id, seq)
);

-- Where each consumer goes on. Moved in the transaction that writes the effect, so that each effect happens once.
create table consumer_offset (
    consumer    text not null,
    topic       text not null,
    partition   integer not null,
    next_offset bigint not null,
    primary key (consumer, topic, partition)
);

create view department_queue as
select queue_office as office, petition_id, urgency, due, state, level, category, ward_code, deadline, escalation, received_at, updated_at
from petition
where queue_office is not null;
