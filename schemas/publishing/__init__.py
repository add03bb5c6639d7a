"""Documents made from the catalogues (JSON Schema, AsyncAPI, reference pages), the check that a schema breaks no reader, and the commands
that write them. Only the command line imports it; nothing that runs in a role depends on it.
"""
