"""Tools for those who maintain the project: they make reference data from public sources. No role needs them, nothing imports them."""
