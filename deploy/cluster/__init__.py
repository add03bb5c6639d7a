"""A cluster: topics and tables brought up to date (`migrate`), what is set up wrong (`doctor`), all of it kept and brought back (`backup`),
what is derived made anew (`rebuild`), and the compose files. It works on any Kafka and PostgreSQL; of one machine it knows its directory
and how to reach what runs there (`deploy.one_machine.reach`).
"""
