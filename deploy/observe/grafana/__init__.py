"""The Grafana dashboard, written from a table of panels: `python -m deploy.observe.grafana` writes petitions.json. Metrics are named as
the catalogue has them, which a test checks; nothing imports it at run time.
"""
