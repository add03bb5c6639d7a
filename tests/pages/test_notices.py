"""A citizen asks for news of his petition, confirms, reads it, and leaves with one click."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Worker, expect

from tests.chaos.instance import Instance
from tests.mail_server import Inbox
from tests.notifier.browser import Browser
from tests.pages.axe import found_by_axe
from tests.pages.conftest import PHONE, SCREEN, Open
from tests.pages.test_pictures import look
from tests.system.people import City, wait

ENGLISH = pytest.param("en", SCREEN, marks=pytest.mark.long)
TEXT = "Nắp cống trước số 40 phố Huế bị vỡ, nguy hiểm cho xe máy."


@pytest.mark.parametrize(("lang", "viewport"), [("vi", PHONE), ENGLISH], ids=["phone", "screen"])
def test_from_the_wish_to_the_last_mail(opened: Open, city: City, letters: Inbox, lang: str, viewport: dict[str, int]) -> None:
    """Nothing but the question until he has confirmed; opening a link alone does nothing; who has left gets nothing more."""
    address = f"dan.{lang}@example.org"
    code = city.submit(TEXT, category="drainage")["tracking_code"]
    status = city.wait_state(code, "assigned")
    page = opened(f"/t/{code}?lang={lang}", viewport=viewport)
    page.click("#news summary")
    page.fill("#news-address", address)
    page.click("#news form button")
    (question, *_) = wait(lambda: letters.of(address), bool)
    page.goto(_link(question, "confirm"))
    expect(page.locator("#go")).to_be_visible()
    look(page, f"confirm-{lang}")
    assert found_by_axe(page) == {}
    page.click("#go")
    expect(page.locator("#go")).to_be_hidden()
    office = status["office"]["code"]
    assert city.act(office, status["petition_id"], "accept").status_code == 202
    news = wait(lambda: letters.of(address), lambda found: len(found) > 1)[-1]
    page.goto(_link(news, "leave"))
    expect(page.locator("#go")).to_be_visible()
    look(page, f"leave-{lang}")
    assert found_by_axe(page) == {}
    assert city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"] != []
    page.click("#go")
    expect(page.locator("#go")).to_be_hidden()

    assert f"/t/{code}" in news.get_content()
    assert city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"] == []


def subscribing(page: Page) -> None:
    """Chromium without a head has no push service: it subscribes as if it had one, at a host that does not exist."""
    subscription = Browser().subscription("https://push.invalid/send/1")
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"""
        const made = {{ ...{subscription}, toJSON: () => ({subscription}), unsubscribe: async () => delete sessionStorage.subscribed }};
        PushManager.prototype.subscribe = async () => {{ sessionStorage.subscribed = "yes"; return made; }};
        PushManager.prototype.getSubscription = async () => (sessionStorage.subscribed ? made : null);
    """)
    page.reload()


@pytest.mark.parametrize(("lang", "viewport"), [("vi", PHONE), ENGLISH], ids=["phone", "screen"])
def test_one_button_begins_and_ends_it_on_this_device(opened: Open, city: City, lang: str, viewport: dict[str, int]) -> None:
    """No address and no link: the browser is subscribed at once, still is after a reload, and leaves with one click."""
    code = city.submit(TEXT, category="drainage")["tracking_code"]
    city.wait_state(code, "assigned")
    page = opened(f"/t/{code}?lang={lang}", viewport=viewport)
    subscribing(page)
    page.click("#news summary")
    begin = page.locator("#here-go")
    expect(begin).to_be_visible()
    look(page, f"here-{lang}")
    assert found_by_axe(page) == {}
    wish = begin.inner_text()
    begin.click()
    expect(page.locator("#here-outcome")).to_be_visible()
    receivers = city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"]
    page.reload()
    page.click("#news summary")
    expect(begin).to_be_visible()
    end = begin.inner_text()
    look(page, f"here-on-{lang}")
    begin.click()
    expect(page.locator("#here-outcome")).to_be_visible()

    assert [(one["medium"], one["state"]) for one in receivers] == [("webpush", "active")]
    assert wish != end
    expect(begin).to_have_text(wish)
    assert city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"] == []
    assert page.evaluate("[localStorage.length, sessionStorage.subscribed]") == [0, None]


def registered(page: Page) -> Worker:
    """The page's service worker, which may show notices."""
    page.context.grant_permissions(["notifications"])
    page.evaluate("navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => true)")
    (worker,) = page.context.service_workers
    return worker


@pytest.mark.parametrize(("link", "went"), [("/privacy", ["focuses", "/privacy"]), ("/t/X", ["opens", "/t/X"])], ids=["open", "closed"])
def test_who_touches_a_notice_comes_to_its_page(opened: Open, instance: Instance, link: str, went: list[str]) -> None:
    """To the one that is open, else to a new one; the notice is gone. Windows move by a person's hand alone, and only a browser's own event
    can be held open: for these three calls something stands in."""
    worker = registered(opened("/privacy"))
    touched = worker.evaluate(
        """async (link) => {
            const [went, held] = [[], []];
            clients.openWindow = async (url) => went.push("opens", new URL(url).pathname);
            WindowClient.prototype.focus = async function () { went.push("focuses", new URL(this.url).pathname); };
            ExtendableEvent.prototype.waitUntil = (promise) => held.push(promise);
            await registration.showNotification("tin", { data: { link } });
            const [notice] = await registration.getNotifications();
            dispatchEvent(new NotificationEvent("notificationclick", { notification: notice }));
            await Promise.all(held);
            return went;
        }""",
        f"{instance.url}{link}",
    )

    assert touched == went
    wait(lambda: worker.evaluate("registration.getNotifications().then((all) => all.length)"), lambda number: number == 0)


def test_a_push_is_shown_with_the_page_closed_and_a_repeat_once(opened: Open, instance: Instance) -> None:
    """The worker shows what it is told; under the same tag it is one notice, under another one more."""
    page = opened("/privacy")
    worker = registered(page)
    browser = page.context.new_cdp_session(page)
    known: list[str] = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(one["registrationId"] for one in told["registrations"]))
    browser.send("ServiceWorker.enable")
    page.goto("about:blank")

    def push(title: str, tag: str) -> None:
        told = {"title": title, "body": "Đã trả lời", "link": f"{instance.url}/t/X", "lang": "vi", "tag": tag}
        for registration in dict.fromkeys(known):  # one that is gone hears nothing
            about = {"origin": instance.url, "registrationId": registration, "data": json.dumps(told)}
            browser.send("ServiceWorker.deliverPushMessage", about)

    shown = "registration.getNotifications().then((all) => all.map(({ title, body, lang }) => [title, body, lang]))"

    def titles() -> list[list[str]]:
        """Told again at each look: the browser drops what comes while its worker starts, and what comes twice is shown once."""
        for title, tag in (("một", "a"), ("một lần nữa", "a"), ("hai", "b")):
            push(title, tag)
        return sorted(worker.evaluate(shown))

    assert wait(titles, lambda found: len(found) > 1) == [["hai", "Đã trả lời", "vi"], ["một lần nữa", "Đã trả lời", "vi"]]


def _link(mail: object, purpose: str) -> str:
    found = re.search(rf"(?:https?://[^/\s]+)?(/notices/{purpose}/[\w=-]+\.[\w=-]+)\s", f"{mail.get_content()} ")  # type: ignore[attr-defined]
    assert found, "no such link"
    return found[1]
