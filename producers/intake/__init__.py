"""What comes in, before it is an event: requests with their identity, actions, contacts that are sealed.

Any module may be imported. Requests (`making`: from fields, without HTTP) and actions are pure; only the vault knows PostgreSQL, and
nothing here knows HTTP.
"""
