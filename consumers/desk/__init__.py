"""How the people of an office share its work: saved views, who is away and who stands in, who has a case open. Tables of the desk's own,
which no event tells of; who has a case is on the record (`schemas.events.case.Taken`). It knows no HTTP and decides nothing about a case.
"""
