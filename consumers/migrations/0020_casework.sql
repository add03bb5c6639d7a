-- What offices keep for their work on cases. No personal data; not made from the record, so it is kept and restored with the database.

-- Replies that an office writes often, with {fields}. By name, which its people choose.
create table reply_template (
    office     text not null,
    name       text not null,
    text       text not null,
    updated_at timestamptz not null default now(),
    -- The person's id; null for the office's own system.
    updated_by text,
    primary key (office, name)
);

-- Proposals to merge and notes in which somebody is mentioned: few among all events.
create index timeline_proposed on timeline (at) where type = 'merge-proposed';
create index timeline_noted on timeline (at) where type = 'noted';
