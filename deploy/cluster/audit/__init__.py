"""Checking the record (`petitions audit`) without trusting whoever keeps it: needs petitions.events alone, no key and no database.

`verify` is pure: events in, faults out; `reading` reads them from their begin.
"""
