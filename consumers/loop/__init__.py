"""The one loop of all consumers: connect, tries, beat, lag, stall, close; a sink is what differs. It knows no role and no table but that
of the offsets.
"""
