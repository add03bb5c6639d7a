"""What a role finds first on its PYTHONPATH while faults strike."""
