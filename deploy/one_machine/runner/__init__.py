"""The one-machine runner: `petitions up` and `petitions ps`."""
