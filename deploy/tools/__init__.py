"""Tools for those who maintain the project; no role needs them."""
