"""The four measures, from the event record alone: fast, right, effective, to the end.

    facts, days = read(events, until, working_hours)     # fold.py: what the record says, petition by petition
    whole, by_office = measures(facts), by_office(facts)     # measures.py: counts, shares, medians

Pure: no Kafka, database or clock. An office's own reports play no part.
"""
