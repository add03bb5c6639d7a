"""What each action does to a case, one module a group of actions; a handler is called with a turn and fills it. Who may do it in which
state stands in `permits` and the table of authority, not here.
"""
