"""The compose file, its image and its secrets."""
