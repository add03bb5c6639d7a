"""Everything that puts events in: the library for intake apps and offices (`client`), HTTP intake and actions, the page to submit,
commands. It imports `schemas` alone; what becomes of an event it does not know.
"""
