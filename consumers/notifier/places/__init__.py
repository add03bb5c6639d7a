"""Following a ward, a street in it or a whole street, by mail: once a day what is new there in the open, to who has confirmed that the
address is his. It rides on the notifier's deliveries, like the morning digest."""
