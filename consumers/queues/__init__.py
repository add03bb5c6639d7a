"""The role `dispatcher`: which office gets an event, and how it gets it once. Pure plans (`routing`, `delivery`) and one sink; nothing
here shows anything to anybody.
"""
