"""A cluster: topics and tables brought up to date (`migrate`), what groups have used of their input's retention, and the compose files.
It works on any Kafka and PostgreSQL; what one machine starts for itself it does not know.
"""
