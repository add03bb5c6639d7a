"""Benchmarks: `python -m tests.bench [engines|pipeline|latency|store|all]`."""
