"""The role `web`: what accepts and what shows behind one port, with health, metrics, one shape of error and hardened headers.

`server` may be imported. It mounts the routes of both sides and knows nothing of what they do.
"""
