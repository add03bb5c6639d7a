"""Generated pages that need to know every part: the settings of all roles, and the architecture page. The command line alone imports it,
by name.
"""
