"""The Grafana dashboard, written from a table of panels; `python -m deploy.grafana` writes petitions.json."""
