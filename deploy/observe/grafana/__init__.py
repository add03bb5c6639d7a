"""The Grafana dashboard, written from a table of panels; `python -m deploy.observe.grafana` writes petitions.json."""
