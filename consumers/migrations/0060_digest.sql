-- The morning digest: what the role `notifier` may know for it, and no more: no words of cases, no names and passwords of persons.

create view digest_case as
select petition_id, category, ward_code, level, queue_office, officer, decider, escalated_to, received_at, urgency, late_from,
       nullif(due, 'infinity') as due
from petition where queue_office is not null or decider is not null or escalated_to is not null;

-- Duties of those who may sign in.
create view digest_post as
select o.person_id, o.duty, o.office from person_post o join person p on p.id = o.person_id where p.disabled_at is null;

create unique index notice_person_once on notice_receiver (holder) where holder_kind = 'person';
