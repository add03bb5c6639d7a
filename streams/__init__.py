"""The stream processors, on Faust: `topology` is the whole of them in one table, `worker` runs one. It imports `schemas` alone, and neither
knows who hands events in nor who reads them.
"""
