"""Pages and files that need to know every part: the settings of all roles, the architecture page, and open data. The command line alone
imports it, by name.
"""
