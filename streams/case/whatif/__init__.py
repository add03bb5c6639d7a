"""What would have been under another policy: the record replayed by the same machine, with a clock of its own.

Pure: `commands` (what was asked), `replay` (one petition again), `tally` and `study` (what came of it),
`report` (how it is told). At the edge: `sources` (Kafka, files), `cli`.
"""
