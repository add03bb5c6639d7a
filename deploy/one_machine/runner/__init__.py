"""The one-machine runner: starts every role in the order of what it needs, starts again what dies, stops all together. `petitions up` and
`petitions ps` are made of it; it knows roles by name, command and readiness alone.
"""
