-- Who has searched for people by a phone number. Written in the very statement that searches; who serves the pages can add to it and not
-- take away.

create table number_search (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default now(),
    person_id text not null,
    -- A mark of the number (schemas.events.phones) as long as some petition has it as its contact, else none: no stranger's is kept.
    phone     bytea,
    found     integer not null
);
create index number_search_phone on number_search (phone) where phone is not null;
