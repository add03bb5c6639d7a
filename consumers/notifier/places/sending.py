"""News of a place on its way. They are of whole days that are over, so whenever they are sent they say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from consumers.notifier.digest.rounds import told_in
from consumers.notifier.places.news import News
from consumers.notifier.places.place import Place
from consumers.notifier.places.wording import Told, news, question
from consumers.notifier.policy import policy
from consumers.notifier.wording import Links, Message
from schemas.platform.instants import HANOI, start_of


class PlaceNews:
    """`base`: the pages' address, for links."""

    def __init__(self, found: News, base: str) -> None:
        self._news, self._base = found, base

    async def message(self, row: dict[str, Any], links: Links) -> Message | None:
        """None when there is nothing new: a mail that says so every day is soon read by nobody."""
        place, language = Place.of(row["holder"]), row["language"]
        if row["type"] == "confirm":
            return question(place, language, links)
        day, since = told_in(row["event"])
        found = await self._news.of(place, since, start_of(day))
        told = Told(place, found, since.astimezone(HANOI).date(), day - timedelta(days=1), policy().places.petitions)
        return news(told, language, base=self._base, leave=links.leave) if found else None
