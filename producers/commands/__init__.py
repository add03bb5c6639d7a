"""Commands that put petitions and actions in: `submit`, `import`, and one for each action of an office.

The command line imports the list of `cli`. They know the service by its HTTP, and only `import` knows Kafka.
"""
