"""Commands that show: a petition, an office's queue, dead letters.

The command line imports the list of `cli`. They know the service by its HTTP; only `dlq` goes to the broker, since it must work
when everything else is down.
"""
