-- The operations centre at a million cases: what happened is counted by day as it comes, the rest follows an index.

-- By the record: how often what happened in an office on a day (Hanoi's), of that what counts as an answer in time, and the stars given.
create table event_count (
    day     date not null,
    -- The office that had the case; empty: none.
    office  text not null,
    type    text not null,
    number  integer not null,
    in_time integer not null,
    stars   integer not null,
    primary key (day, office, type)
) with (fillfactor = 70);

insert into event_count
select (at at time zone 'Asia/Ho_Chi_Minh')::date, coalesce(data->'case'->>'office', ''), type, count(*),
       count(*) filter (where type = 'answered' and (data->>'in_time')::boolean),
       coalesce(sum((data->>'stars')::int) filter (where type = 'rated'), 0)
from timeline
where type in ('answered', 'rated', 'closed', 'reopened', 'breached', 'escalated', 'answer-returned', 'transferred')
group by 1, 2, 3;

-- Those whom a superior looks at, the highest first; what was received, with what is counted of it.
create index petition_risen on petition (escalation desc, deadline) where escalated_to is not null;
create index petition_received_by on petition (received_at, petition_id) include (channel);
drop index petition_received;
