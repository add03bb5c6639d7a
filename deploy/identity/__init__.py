"""Tokens and persons by command: `petitions tokens`, `petitions persons`, and those that a first start finds in files.

The work is done in `schemas.identity`; here it is only asked for, and told to people.
"""
