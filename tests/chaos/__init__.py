"""Petitions flow while processes are killed; a verifier in a process of its own compares what went in with what came out."""
