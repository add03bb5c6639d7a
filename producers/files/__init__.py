"""Uploaded files: taken in by parts, judged by their content, kept in a store behind one port, claimed by a petition, erased with it.

`files` holds what the calls need (`Files`), `erasing` erases by petition. `kinds`, `pictures` and `videos` judge and clean content and know
no store; `store` is the port, `directory` and `bucket` are behind it; `register` is the table. Nothing here knows HTTP or Kafka.
"""
