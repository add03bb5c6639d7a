"""Watching it: alert rules and scrape configurations for Prometheus, and the Grafana dashboard. All of it is data or made from data; names
of metrics come from `schemas.platform.metrics` alone.
"""
