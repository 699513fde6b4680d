"""What simulated readers do with a mail."""

from __future__ import annotations

import http.client
import http.server
import smtplib
import threading
from collections.abc import Iterator

import pytest

from sending.simulator import readers
from sending.simulator.readers import PERSON, SCANNER, AcceptedMail, Outside
from sending.tracking import agents
from sending.tracking.bursts import Burst
from tests.sending.simulator.mails import BASE, RAW, Visits, with_html

HTML = (
    f'<img src="{BASE}/t/o/PIXEL"><img src="https://other.test/x.png">'
    f'<a href="https://other.test/">Other</a><a href="{BASE}/u/OUT">Out</a>'
    f'<a href="{BASE}/t/c/ONE">One</a><a href="{BASE}/t/c/TWO">Two</a>'
)


def visits(scenario: str, raw: bytes) -> Visits:
    world = Visits()
    readers.act(scenario, AcceptedMail("b-token@mail.example.test", f"{scenario}@x.test", raw), world)
    return world


def test_a_reader_who_opens_fetches_our_pictures_only() -> None:
    assert visits("open", with_html(HTML)).fetched == [(f"{BASE}/t/o/PIXEL", PERSON, None)]


def test_a_reader_who_clicks_follows_the_first_tracked_link() -> None:
    fetched = visits("click", with_html(HTML)).fetched
    assert [url for url, _, _ in fetched] == [f"{BASE}/t/o/PIXEL", f"{BASE}/t/c/ONE"]


def test_a_reader_who_leaves_posts_one_click() -> None:
    [(url, _, body)] = visits("unsubscribe", RAW).fetched
    assert (url, body) == (f"{BASE}/u/TOKEN", b"List-Unsubscribe=One-Click")


def test_a_mail_that_offers_no_unsubscription_is_not_unsubscribed_from() -> None:
    assert visits("unsubscribe", RAW.replace(b"List-Unsubscribe", b"X-Nothing")).fetched == []


def test_a_scanner_fetches_everything_in_a_burst_under_its_own_name() -> None:
    fetched = visits("scanner", with_html(HTML)).fetched
    assert {agent for _, agent, _ in fetched} == {SCANNER}
    assert len([url for url, _, _ in fetched if "/t/c/" in url]) >= 4
    assert len(fetched) >= Burst().clicks
    assert all(body is None for _, _, body in fetched)


def test_people_and_scanners_are_told_apart_by_name() -> None:
    assert agents.is_machine(SCANNER)
    assert not agents.is_machine(PERSON)


@pytest.mark.parametrize("scenario", ["dsn", "complaint", "ooto"])
def test_reports_go_to_the_envelope_sender(scenario: str) -> None:
    [(to, raw)] = visits(scenario, RAW).sent
    assert to == "b-token@mail.example.test"
    assert raw


@pytest.mark.parametrize("scenario", ["delivered", "slow", "bounce"])
def test_the_others_do_nothing(scenario: str) -> None:
    world = visits(scenario, with_html(HTML))
    assert (world.fetched, world.sent) == ([], [])


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ConnectionRefusedError(), False),
        (TimeoutError(), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (smtplib.SMTPConnectError(421, b"too many"), False),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPRecipientsRefused({"a@b.test": (451, b"later")}), False),
        (http.client.BadStatusLine("x"), False),
        (smtplib.SMTPDataError(554, b"no"), True),
        (smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"no")}), True),
    ],
    ids=repr,
)
def test_only_a_refusal_for_good_is_final(error: Exception, final: bool) -> None:
    assert readers.is_final(error) is final


class Remembering(http.server.BaseHTTPRequestHandler):
    """Remembers requests and redirects every GET elsewhere."""

    seen: list[tuple[str, str, str, bytes]]

    def do_GET(self) -> None:
        self.answer(302)

    def do_POST(self) -> None:
        self.answer(200)

    def answer(self, status: int) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path, self.headers["Host"], body))
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[tuple[int, list[tuple[str, str, str, bytes]]]]:
    seen: list[tuple[str, str, str, bytes]] = []
    handler = type("Handler", (Remembering,), {"seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_outside_reaches_the_web_port_by_the_public_name(
    web: tuple[int, list[tuple[str, str, str, bytes]]], settings: object
) -> None:
    port, seen = web
    settings.WEB_PORT = port
    settings.PUBLIC_URL = "http://localhost:9"
    outside = Outside()
    outside.fetch("http://localhost:9/t/o/X", agent="a")
    outside.fetch("http://localhost:9/u/Y", agent="a", body=b"one")
    outside.fetch("http://127.0.0.1:9/t/o/Z", agent="a")
    outside.fetch("http://localhost:99/t/o/Z", agent="a")
    assert seen == [("GET", "/t/o/X", "localhost:9", b""), ("POST", "/u/Y", "localhost:9", b"one")]
