"""What a resident typed, made comparable: Unicode, folding, words, abbreviations, language. Pure and linear in the length; it knows no
category and no place.
"""
