"""The shared kernel, which all other folders import and which imports none of them: events, reference data, and what every process has.
It must not know what a stage decides, who consumes an event or how anything is run.
"""
