"""Who may do what at the brokers: one table of principals, how it is brought to the brokers, and the forms in which it is exported
(`exported/`). `principals` may be imported; it knows the roles and the topology, and no broker.
"""
