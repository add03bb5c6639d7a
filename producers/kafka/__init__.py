"""Events on their way to Kafka: sent once, acknowledged by all replicas, bounded in time and memory.

`publisher` and, for very many events, `bulk` may be imported: they know bytes, keys and headers, and nothing of what an event means; and
`erasures`, the list that outlives the keys.
"""
