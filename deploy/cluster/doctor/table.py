"""All checks, in the order in which they are told."""

from __future__ import annotations

from deploy.cluster.doctor import brokers, certificates, clocks, configuration, database, files, progress, room, stores, topics, uploads
from deploy.cluster.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    Check("brokers", "as many brokers answer as there are to be copies", brokers.answer),
    Check("broker-version", "new enough for transactions that cannot hang, and those in force", brokers.version),
    Check("broker-settings", "each broker is set as the guarantees need (docs/reference/topics.md)", brokers.settings),
    Check("topics", "every topic of the catalogue exists", topics.present),
    Check("partitions", "each shared topic has as many partitions as PARTITIONS says", topics.partitions),
    Check("copies", "each partition has as many copies as REPLICATION says, all in step", topics.copies),
    Check("topic-settings", "each topic is set as the catalogue says", topics.settings),
    Check("database", "the database answers", database.answers),
    Check("migrations", "the database has the tables of this release", database.migrated),
    Check("broker-clocks", "the brokers' clocks agree with this machine's", clocks.of_brokers),
    Check("database-clock", "the database's clock agrees with this machine's", clocks.of_database),
    Check("disks", "there is room on every disk", room.disks),
    Check("file-handles", "there are file handles to spare", room.handles),
    Check("secrets", "nobody else can read a secret", files.secrets),
    Check("data-directory", "nobody else can read the data", files.data),
    Check("certificates", "no certificate expires soon", certificates.expiry),
    Check("proxy", "citizens behind a proxy are told apart", configuration.proxy),
    Check("policy", "the rules of time can be taken up", configuration.policy),
    Check("stores", "each local store can be read and is not ahead of its changelog", stores.stores),
    Check("uploaded-files", "each uploaded file that is known lies in its store, and no other", uploads.stored),
    Check("lag", "nothing waits for long, nothing was deleted unread", progress.lag),
    Check("members", "every group has members", progress.members),
    Check("transactions", "no transaction is open for long", progress.transactions),
    Check("dead-letters", "no new dead letter waits", progress.letters),
)
