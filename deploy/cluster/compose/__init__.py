"""The compose file, its image and its secrets: every role as a service beside Kafka, PostgreSQL, Prometheus and Grafana. Only `secrets`
is code; tests hold the file against the table of roles.
"""
