"""The life of a case: pure decisions (`decide`), working time (`time`), the rules of time as data (`policy`), records in and out (`io`),
and what would have been (`whatif`). `build` puts the stage together, `page` draws docs/case.md; all else is imported from its room.
"""
