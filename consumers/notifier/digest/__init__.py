"""The morning digest: to who asked for it at the desk, once a working day, what is late, due today, waits for a decision, came overnight.
It rides on the notifier's deliveries, so that it is tried, parked and told once like every other notice."""
