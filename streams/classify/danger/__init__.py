"""How urgent a text is: phrases that an operator can edit (`lexicon`), weighed with the model's score (`urgency`). It knows words, not
offices.
"""
