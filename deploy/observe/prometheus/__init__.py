"""What Prometheus needs: scrape configurations, alert rules, the targets of a one-machine instance. Rules are tested with promtool, each
with a case in which it fires and one in which it does not.
"""
