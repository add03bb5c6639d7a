"""Several petitions on one matter are found and joined: the surest by the system, the likely ones proposed to a person.

Pure: `words`, `names`, `numbers`, `fingerprint`, `compare`, `choose`, `changes`, `requests`. At the edge: `memory` and `sink` (PostgreSQL),
`outbox` (Kafka), `role`. Nobody imports it; it knows petitions by what is hashed of them, and leaves all decisions to the case stage.
"""
