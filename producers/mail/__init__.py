"""The role `mailroom`: petitions by e-mail. A mail of a mailbox becomes a petition, or what its petitioner adds to one, exactly once.

Pure: `reading` (what a mail says), `html` and `answers` (what its sender is told). At the edge: `mailbox` (IMAP), `service` (the
pipeline, by its own HTTP and the key of the channel `email`), `taking` (one mail), `role` (round after round). It knows no Kafka and no
database; nobody imports it.
"""
