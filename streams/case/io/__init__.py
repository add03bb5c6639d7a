"""The joint between engine and machine: records are read into commands (`intake`, `quick`), decisions are written as events (`render`),
`stage` is what the engine runs. The only room of the case stage that knows records and topics; it decides nothing.
"""
