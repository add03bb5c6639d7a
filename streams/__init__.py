"""The stream processors: classify a petition, run its case and SLA clock. Built on Faust."""
