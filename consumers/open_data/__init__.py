"""Open data: what anybody may read of petitions as files, by day; CSV, JSON lines, Parquet, and a description of each column.

`folder` is for whoever serves what was published, `rows` and `files` for the command that makes it. `columns` and `files` are pure; `rows`
knows PostgreSQL, which holds nothing here that does not follow from the record. It reads no words and no street, so it needs no key of
anybody's: what was published cannot be erased.
"""
