"""`petitions simulate`: a real instance on a scaled clock, made-up citizens and offices, and a report from the event record.

Who acts is pure: an event that somebody has seen leads to plans (what to ask for, and when). Town, feed and instance are the edge.
"""
