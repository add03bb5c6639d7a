"""The classifier's part of the command line: `petitions classify`, `model`, `routing`, `locate`. Loaded by name from `deploy.cli`; nothing
else imports it.
"""
