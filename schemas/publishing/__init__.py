"""Documents made from the catalogues: JSON Schema, AsyncAPI and the reference pages. Pure functions."""
