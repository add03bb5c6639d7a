-- Lists of all that one may see, in each order, at a million cases: one walk along the order finds a page, whatever offices are meant; the
-- columns beside the keys are those by which it is told, so that no row is read in vain.
create index petition_pressing on petition (urgency, due, petition_id) include (office, queue_office, former);
create index petition_rank on petition (array_position('{urgent,complex,ordinary}'::text[], level), due, petition_id)
    include (office, queue_office, former, level);
create index petition_soonest on petition (due, petition_id) include (office, queue_office, former);
drop index petition_work;

-- How many cases an office has is known of each of them, also of one that has none: else a walk is begun that finds nothing.
alter table petition alter column office set statistics 1000, alter column queue_office set statistics 1000;
