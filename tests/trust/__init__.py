"""Who may say and see what: each promise with the attack that must fail."""
