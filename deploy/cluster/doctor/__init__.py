"""`petitions doctor`: what an operator can get wrong, looked at and told with what to do. One small module a subject, one table of all
checks (`table.py`). A check reads and changes nothing; it knows the site (`site.py`) and no other check.
"""
