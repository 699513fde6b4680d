"""Simulated readers at the tracked addresses: who opens and clicks is a person, a scanner is none at all."""

from __future__ import annotations

import pytest
from django.test import Client

from sending.models import Event, EventKind, Message
from sending.simulator import readers
from sending.simulator.readers import AcceptedMail
from sending.tracking import links
from tests import factories
from tests.conftest import Rules
from tests.sending.simulator.mails import Visits, with_html

pytestmark = pytest.mark.django_db


class Web(Visits):
    """A world in which addresses are really fetched."""

    def fetch(self, url: str, *, agent: str, body: bytes | None = None) -> None:
        self.get(url, agent)

    def get(self, url: str, agent: str) -> None:
        assert Client(headers={"User-Agent": agent}).get("/" + url.split("/", 3)[3]).status_code in (200, 302)


class Disguised(Web):
    """A world in which everybody comes with a person's mail program."""

    def fetch(self, url: str, *, agent: str, body: bytes | None = None) -> None:
        self.get(url, readers.PERSON)


def visited(scenario: str, world: Web | None = None) -> tuple[Message, list[tuple[int, bool]]]:
    """Let the scenario's reader act; return the message, and each event's kind and whether a program made it."""
    account = factories.account()
    html = "".join(f'<a href="https://shop.test/{number}">Shop</a>' for number in range(3))
    version = factories.template(account, html=html).approved_id
    message = factories.message(account, submission=factories.submission(account, version=version))
    sent = f'<img src="{links.pixel_url(message.pk)}">' + "".join(
        f'<a href="{links.click_url(message.pk, f"https://shop.test/{number}", links=3)}">Shop</a>'
        for number in range(3)
    )
    readers.act(scenario, AcceptedMail("b-token@shop.test", f"{scenario}@x.test", with_html(sent)), world or Web())
    message.refresh_from_db()
    return message, list(Event.objects.order_by("id").values_list("kind", "machine"))


def test_who_opens_or_clicks_is_a_person() -> None:
    message, events = visited("open")
    assert events == [(EventKind.OPEN, False)]
    assert message.opened_at
    message, events = visited("click")
    assert events[-2:] == [(EventKind.OPEN, False), (EventKind.CLICK, False)]
    assert message.opened_at
    assert message.clicked_at


def test_a_scanner_is_a_program_in_all_it_does() -> None:
    message, events = visited("scanner")
    assert len(events) > 5
    assert {machine for _, machine in events} == {True}
    assert (message.opened_at, message.clicked_at) == (None, None)


def test_a_scanner_that_names_itself_as_a_mail_program_is_a_program_too(rules: Rules) -> None:
    # The time that a slow machine takes for its requests.
    rules(burst_milliseconds=60_000, late_event_seconds=240)
    message, events = visited("scanner", Disguised())
    assert {machine for _, machine in events} == {True}
    assert (message.opened_at, message.clicked_at) == (None, None)
