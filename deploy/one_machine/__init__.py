"""A whole city on one machine: broker and database as child processes (`embedded`), and the runner that keeps every role running
(`runner`). Its commands are `up`, `ps` and `run`; what the roles do it does not know.
"""
