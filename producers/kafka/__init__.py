"""Events on their way to Kafka: sent once, acknowledged by all replicas, bounded in time and memory.

`publisher` may be imported: it knows bytes, keys and headers, and nothing of what an event means; and `erasures`, the list that outlives
the keys.
"""
