"""Whose it is: kind, category, place and level looked up in a table that an operator can change (`table` checks it, `routes` applies it).
It reads no text.
"""
