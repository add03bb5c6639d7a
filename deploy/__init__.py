"""Running it: the one-machine runner, compose, Prometheus and Grafana."""
