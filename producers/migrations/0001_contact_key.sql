-- One random key a petition: what opens its petitioner's contact. `key` is null once the contact was erased.
create table contact_key (
    petition_id text primary key,
    key bytea,
    created_at timestamptz not null default now()
);
