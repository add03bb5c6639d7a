-- From when on a petition is late, as long as nothing happens (schemas/events/lateness.py); null: not until something does.
alter table petition add column late_from timestamptz;

update petition set late_from = (
    select min((clock->>'due_at')::timestamptz) from json_array_elements(view->'clocks') as clock
    where clock->>'name' in ('answer', 'promise') and clock->>'paused_at' is null
);
