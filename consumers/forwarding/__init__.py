"""What offices' and channels' own systems write on topics of their own, put where the stages read it, as theirs. `claims` (pure) may be
imported; it knows no database, and of a case nothing: whether an action happens is decided by the case stage.
"""
