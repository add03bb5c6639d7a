"""The tables from which everything is shown: rows made of events (pure), written with the offsets, and the queries behind HTTP. It knows
no HTTP and no words for people.
"""
