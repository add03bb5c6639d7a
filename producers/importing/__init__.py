"""`petitions import`: many petitions of a file or a pipe, straight to Kafka, each once however often the file is imported.

`sources` finds the rows of a file (pure of Kafka), `columns` makes a row the fields of a petition, `sealing` seals the contacts of many,
`publishing` sends them, `command` is the command line's part. Nothing else imports this room.
"""
