"""Several petitions on one matter are found and joined: the surest by the system, the likely ones proposed to a person.

Pure: `words`, `anchors`, `fingerprint`, `compare`, `choose`, `changes`. At the edge: `memory` (PostgreSQL), `asking` (Kafka), `role`.
"""
