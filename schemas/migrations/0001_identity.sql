-- Who may call: machines by their tokens, persons by their accounts and what they are signed in with.

-- Tokens and keys of machines. Of each only the SHA-256 digest: they are 192 random bits, which nobody guesses, so nothing slower is
-- needed; passwords are another matter (`person.password`).
create table machine_token (
    digest     bytea primary key check (length(digest) = 32),
    -- By what people name it; says nothing about the token.
    id         text generated always as (substr(encode(digest, 'hex'), 1, 12)) stored unique,
    kind       text not null check (kind in ('channel', 'office', 'administrator')),
    -- A channel's name or an office's code; empty for the administrator.
    holder     text not null,
    -- From the credentials file: it holds as long as it stands there, too.
    from_file  boolean not null default false,
    note       text not null default '',
    issued_at  timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

create table person (
    -- Random; what stands in events as the actor's id. Never given to another person.
    id          text primary key,
    login       text not null unique check (login = lower(login)),
    name        text not null,
    -- Argon2id with its parameters and salt; null: signs in at the provider only.
    password    text,
    -- At the provider: its address and the person's id there.
    subject     text unique,
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);

create table person_post (
    person_id text not null references person (id) on delete cascade,
    duty      text not null,
    -- Empty where the duty is for the whole city.
    office    text not null default '',
    primary key (person_id, duty, office)
);

create table session (
    -- SHA-256 of what the browser's cookie holds: whoever reads this table cannot take a session over.
    digest    bytea primary key check (length(digest) = 32),
    person_id text not null references person (id) on delete cascade,
    began_at  timestamptz not null default now(),
    seen_at   timestamptz not null default now(),
    ends_at   timestamptz not null,
    -- The provider's token, with which the session there is ended, too.
    id_token  text
);

create index session_ends on session (ends_at);
create index session_person on session (person_id);

-- Wrong passwords lately, by the SHA-256 of the name that was given, whether there is such a person or not: so the pauses tell nobody.
create table sign_in_failure (
    login      bytea primary key,
    failures   integer not null,
    failed_at  timestamptz not null,
    wait_until timestamptz not null
);

-- Who is on his way to the provider and back (OpenID Connect): what must be the same when he comes.
create table sign_in_visit (
    -- SHA-256 of the state, which the browser keeps in a cookie, too.
    state    bytea primary key,
    nonce    text not null,
    verifier text not null,
    back     text not null,
    began_at timestamptz not null default now()
);
