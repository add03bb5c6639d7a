"""`petitions forget`: a citizen's words and contact are erased (`asking`), and it can be checked that they are (`verify`).

What erases is the event `forgotten`, wherever it came from: `consumers.read_model.forgetting`.
"""
