"""The classify stage: what a petition is about, how urgent, where, and whose; `build` puts it together, `classifier` is the one code path
of the stream and of `petitions classify`. It reads the text and the reference data, and knows neither the case nor who answers it.
"""
