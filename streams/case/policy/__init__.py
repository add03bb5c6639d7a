"""The rules of time as data: limits, ladders, pauses, extensions, windows, calendars; each case keeps its version. `book` gives the
versions in force, `load` reads and checks a file; no case and no event is known here.
"""
