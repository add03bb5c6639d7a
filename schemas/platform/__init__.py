"""What every process has: settings, clock, logs, metrics, the status endpoints, credentials, database pools; each catalogue stands in one
module. Any module may be imported; it knows no event and no rule of the domain.
"""
