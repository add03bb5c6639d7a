"""The rules of time as data: limits, ladders, pauses, extensions, windows, calendars; each case keeps its version."""
