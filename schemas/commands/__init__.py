"""What the commands of all folders share: options, where the service is and who calls, HTTP with exit codes, tables.

Any module may be imported. It knows the service by its HTTP alone and loads its clients when they are needed, so that each command
starts fast.
"""
