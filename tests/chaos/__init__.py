"""Petitions flow while faults strike by a seeded schedule; a verifier in a process of its own compares what went in with what came out.

`schedule` (pure) says which fault strikes when and whom, `faults` has each kind, `city` what they strike, `story` runs it all, `record` and
`outlets` (pure) judge. `python -m tests.chaos --seed N` repeats what was found.
"""
