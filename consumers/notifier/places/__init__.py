"""Following a ward, or a street in it, by mail: once a day what is new there in the open, to who has confirmed that the address is his.
It rides on the notifier's deliveries, like the morning digest."""
