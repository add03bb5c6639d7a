"""What a citizen, an office and the operations centre may see, as JSON-ready dictionaries: pure functions. They get what the read model
has, and know no request, pool or topic.
"""
