-- What triage has decided and citizens have corrected lately, for the desk's room that says what was learnt from it.

create index timeline_triaged on timeline (at) where type = 'assigned' and data->'actor'->>'role' = 'triage';
create index timeline_corrected on timeline (at) where type = 'corrected';
