"""How consumers read and write Kafka: settings, a lean reader of record batches, batches written as one piece. It knows no event and no
database.
"""
