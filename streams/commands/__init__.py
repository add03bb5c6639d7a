"""The streams' part of the command line: policies, and open cases put under another one. Loaded by name from `deploy.cli`; no stage
imports it.
"""
