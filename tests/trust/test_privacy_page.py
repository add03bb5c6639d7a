"""The page on privacy says no less and no more than the catalogues of topics and tables."""

from __future__ import annotations

import re

import pytest

from consumers.pages.privacy import places, privacy_data, where
from deploy.cluster.migrate import migrations
from producers.mail.settings import MailroomSettings
from schemas.events.topics import DAY_MS, EVENTS, Deployment, all_topics, config
from schemas.platform.settings import ProcessSettings
from schemas.reference.texts import LANGUAGES, Language

_TABLE = re.compile(r"^create (?:unlogged )?table (\w+)", re.MULTILINE)


def test_every_topic_and_every_table_is_on_the_page() -> None:
    """Each place once: a new topic or table cannot be forgotten, and one that is gone is not promised about."""
    topics = {where(topic) for topic in all_topics()}
    tables = {name for migration in migrations() for name in _TABLE.findall(migration.path.read_text(encoding="utf-8"))}

    assert sorted(one["where"] for one in places()) == sorted(topics | tables | {"mailbox"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_kept_for_longer_than_the_page_says(lang: Language) -> None:
    """For each topic: its retention and a segment, with the longest INTAKE_RETENTION_DAYS that can be set."""
    longest = next(rule.le for rule in ProcessSettings.model_fields["intake_retention_days"].metadata if hasattr(rule, "le"))
    said = {one["where"]: one["days"] for one in privacy_data(lang)["places"]}
    for topic in all_topics():
        kept = config(topic, Deployment(intake_retention_days=longest))
        place = where(topic)
        if "segment.ms" in kept:
            assert int(kept["retention.ms"]) + int(kept["segment.ms"]) <= said[place] * DAY_MS, topic.name
        else:
            assert said[place] == 0, topic.name


def test_mails_are_kept_no_longer_than_the_page_says() -> None:
    """The setting's default is the page's promise."""
    said = next(one["days"] for one in privacy_data("vi")["places"] if one["where"] == "mailbox")

    assert said == MailroomSettings.model_fields["mail_keep_days"].default


def test_what_is_kept_for_ever_is_not_readable() -> None:
    """No topic without an end has clear text."""
    forms = {one["where"]: one["form"] for one in places()}

    assert forms[EVENTS.name] == "sealed"
    for_ever = {where(topic) for topic in all_topics() if "segment.ms" not in config(topic, Deployment())}
    assert [place for place in for_ever if forms[place] == "clear"] == []
