"""Why, in words that a dispatcher can check against the text, in Vietnamese or English. It says what was decided and decides nothing."""
