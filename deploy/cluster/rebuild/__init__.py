"""`petitions rebuild`: what is derived from the record is made from it anew, beside what is there; then the two are compared, and only the
difference is brought over. Where nothing was wrong nothing is written. Each module knows one thing that can be rebuilt; how that is made
in daily work it takes from the role that makes it.
"""
