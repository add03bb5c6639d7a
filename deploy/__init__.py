"""Running it: the command `petitions`, the table of roles, one machine or a cluster, monitoring, simulation. It may import everything, and
nothing imports it.
"""
