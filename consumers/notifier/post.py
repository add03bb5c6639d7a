"""One delivery on its way: the address is opened, the words are, and the medium takes it."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any, cast

from psycopg_pool import AsyncConnectionPool

from consumers.notifier import addresses, mail, signing, webhooks, webpush, wording
from consumers.notifier.addresses import SecretKeys
from consumers.notifier.calls import Calls
from consumers.notifier.changes import entry_of
from consumers.notifier.digest.figures import Figures
from consumers.notifier.digest.sending import Digests
from consumers.notifier.gateway import Gateway
from consumers.notifier.places.news import News
from consumers.notifier.places.sending import PlaceNews
from consumers.notifier.policy import policy
from consumers.notifier.wording import Links, Message
from consumers.settings import NotifierSettings
from schemas.events.numbers import Numbers
from schemas.events.sealing import Keys, Sealing
from schemas.reference.texts import Language

Row = dict[str, Any]


class Post:
    """Sends by every medium that is set up."""

    def __init__(self, settings: NotifierSettings, keys: Keys, pool: AsyncConnectionPool[Any]) -> None:
        """`pool`: of the database where the figures of digests are."""
        sealing = Sealing(keys)
        self._settings, self._keys, self._open = settings, keys, sealing.open_value
        secrets = settings.tracking_secrets()
        self._secret = secrets[0]
        self._secret_keys = SecretKeys(secrets[-1])
        self._places = PlaceNews(News(pool, sealing, Numbers(secrets)), settings.notice_url)
        self._digests = Digests(Figures(pool), settings.clock(), settings.notice_url)
        self._calls = Calls(inside=settings.webhooks_inside)
        self._webhooks = webhooks.Webhooks(secrets, self._calls)
        self._webpush = webpush.WebPush(secrets, settings.mail_from, int(policy().tries.hours * 3600), self._calls)
        self._mail = mail.Mail(settings)
        self._gateways = {
            "sms": Gateway(settings.sms_url, settings.sms_token.get_secret_value(), settings.gateway_template),
            "zalo": Gateway(settings.zalo_url, settings.zalo_token.get_secret_value(), settings.gateway_template),
        }

    async def send(self, row: Row) -> bool:
        """False: there is nobody to be told, or nothing to tell, any more. Raises NotTaken."""
        if row["medium"] == "webhook":
            await self._webhooks.send(row, webhooks.payload(entry_of(row, self._open), row))
            return True
        keys = self._keys if row["holder_kind"] == "citizen" else self._secret_keys
        address = addresses.unseal(keys, row["key_path"] or "", row["address_hash"], row["address"])
        if address is None:
            return False  # forgotten
        links = self._links(row, address.get("code"))
        message = await self._message(row, links)
        if message is None:
            return False
        await self._tell(row, address, message, links)
        return True

    async def _message(self, row: Row, links: Links) -> Message | None:
        language = cast("Language", row["language"])
        if row["holder_kind"] == "person":
            return await self._digests.message(row, links.leave)
        if row["holder_kind"] == "place":
            return await self._places.message(row, links)
        if row["type"] == "confirm":
            return wording.confirmation(row["petition_id"], language, links)
        return wording.news(entry_of(row, self._open), row["petition_id"], language, links)

    async def _tell(self, row: Row, opened: Row, message: Message, links: Links) -> None:
        address = str(opened["address"])
        if row["medium"] == "email":
            await self._mail.send(self._composed(row, opened, message, links))
        elif row["medium"] == "webpush":
            shown = {"title": message.subject, "body": message.state, "link": links.follow, "lang": row["language"]}
            await self._webpush.send(address, shown, webpush.topic(row["receiver"], row["event_id"]))
        else:
            await self._gateways[row["medium"]].send(address, message.short, row["event_id"])

    def _composed(self, row: Row, opened: Row, message: Message, links: Links) -> EmailMessage:
        return mail.composed(
            message,
            sender=self._settings.mail_from,
            address=str(opened["address"]),
            event_id=row["event_id"],
            thread=row["receiver"],
            leave=links.leave,
            answers=opened.get("thread"),
        )

    def _links(self, row: Row, code: str | None) -> Links:
        base = self._settings.notice_url
        token = {purpose: signing.link_token(self._secret, purpose, row["receiver"]) for purpose in ("leave", "confirm")}
        return Links(
            f"{base}/t/{code}" if code else f"{base}/",
            bool(code),
            f"{base}/notices/leave/{token['leave']}",
            f"{base}/notices/confirm/{token['confirm']}",
        )

    async def close(self) -> None:
        await self._calls.close()
        for gateway in self._gateways.values():
            await gateway.close()
