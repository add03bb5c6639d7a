"""Working time: which days are worked (`days`), and measuring and adding within them (`calendar`). Pure arithmetic on milliseconds since
the epoch (UTC); it knows neither policies nor cases.
"""
