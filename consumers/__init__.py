"""Everything that takes events out: the read model, offices' queues, citizens' and offices' views, live feeds, incidents. It imports
`schemas` alone; it decides nothing about a case.
"""
