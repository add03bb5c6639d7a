"""Everything that flows over Kafka: the topics, the event types with their models and envelope, how events are read at stream speed, and
the ids in them. Any module may be imported; it knows no client of Kafka, no database and no HTTP.
"""
