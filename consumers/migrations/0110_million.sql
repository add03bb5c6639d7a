-- The desk's questions at a million cases: each follows an index in its order, and what is counted often is counted in an index alone.

-- Offices that once owned the case and do so no more; null: none did.
alter table petition add column former text[];

update petition p set former = nullif(gone.offices, '{}') from (
    select w.petition_id, array(
        select one from unnest(w.offices) as one where one <> coalesce(o.office, 'tt-pvhcc') order by one collate "C"
    ) as offices
    from case_words w join petition o using (petition_id) where cardinality(w.offices) > 1
) as gone
where p.petition_id = gone.petition_id;

create index petition_former on petition using gin (former) where former is not null;
drop index case_words_former;

-- The order of a queue, with what its views are counted by.
create index petition_queued on petition (queue_office, urgency, due, petition_id)
    include (late_from, level, officer, held_until, state, category, ward_code, received_at) where queue_office is not null;
drop index petition_queue;
create index petition_due on petition (queue_office, due, petition_id) where queue_office is not null;
create index petition_level on petition (queue_office, array_position('{urgent,complex,ordinary}'::text[], level), due, petition_id)
    where queue_office is not null;

-- All of an office's cases, ended ones too, in the usual order of a search; all in the order of their last change; a ward's.
create index petition_office_pressing on petition (office, urgency, due, petition_id) include (queue_office);
create index petition_updated on petition (updated_at, petition_id);
create index petition_ward on petition (ward_code, received_at, petition_id);
