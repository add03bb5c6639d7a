"""What happens to a case: one pure function of (case, command, now, policies), and one for time alone, both in `machine`. It knows no
Kafka, database, clock or environment, which a contract holds; instants are milliseconds UTC, durations milliseconds of working time.
"""
