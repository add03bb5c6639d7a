"""`petitions backup` and `petitions restore`: the record with all other topics, the database, the secrets and the rules, in one encrypted
file that fits together.

A backup is taken while the pipeline runs. `cut.py` finds the moment: how far each topic reaches and each reader has come, with a snapshot
of the database in between. What is then copied, and in which form, is in `records.py`, `tables.py` and `files.py`; `archive.py` is the
file; `take.py` and `bring.py` are the two ways. Of what a record or a row means nothing is known here, but for offsets, which are
other ones after a restore.
"""
