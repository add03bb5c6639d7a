"""The shared kernel: events, topics, catalogues and reference data. Imports nothing else of the project."""
