"""Exactly once over Kafka: records in, a stage's pure decision, records out, one transaction a worker. A record's path is `transport` →
`inbox` → `partition` → `step` (the stage decides) → `processor` → `batches` → `writer` → `store`; `types` is what a stage sees, and
the engine knows of stages nothing else: no petition, no case.
"""
