"""What Prometheus needs: scrape configurations, alert rules, the targets of a one-machine instance."""
