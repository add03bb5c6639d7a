"""The joint with the stream engine: records in, records out (`stage`). What is decided about a petition it does not know."""
