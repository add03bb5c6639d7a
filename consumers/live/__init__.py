"""Events as they come, for open pages: the tail of the record by petition, the tails of offices' queues. Imported by `http` alone; it
keeps what is newest in memory and reads no database.
"""
