-- Uploaded files: one row each, from the first byte until it is erased. The bytes lie in the store, under the file's id.
-- `token_hash`: of what its uploader got, which proves that it is his; `uploader`: who, until a petition has named the file;
-- `received` of `length` bytes are there, in `parts`; `status`: arriving, held (nobody has looked for malware yet), ready.
create table file (
    file_id text primary key,
    token_hash bytea not null,
    uploader text,
    length bigint not null,
    received bigint not null default 0,
    parts text[] not null default '{}',
    status text not null default 'arriving' check (status in ('arriving', 'held', 'ready')),
    kind text,
    media_type text,
    size bigint,
    sha256 text,
    petition_id text,
    created_at timestamptz not null default now()
);
create index file_petition on file (petition_id) where petition_id is not null;
create index file_unclaimed on file (created_at) where petition_id is null;
create index file_uploader on file (uploader) where petition_id is null;
create index file_held on file (created_at) where status = 'held';
