"""Who calls: machines by token, persons by the session that they have signed in to; tokens, accounts and sessions in PostgreSQL.

Import from the modules: `callers` for HTTP, `tokens` and `persons` for commands. What a caller may do is not decided here, but read in
`schemas.authority`; it knows no case and no event.
"""
