"""Everything that puts events in: the intake client, HTTP intake and actions, the command line."""
