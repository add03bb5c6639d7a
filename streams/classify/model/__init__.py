"""The linear text model at run time: the file, terms of a text, their rows, scores (numpy only). How it came to its weights is the
business of `learning`.
"""
