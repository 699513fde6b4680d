"""The addresses mails lead to: honest figures, no open redirect, no way out by accident."""

from __future__ import annotations

import random
import string
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts import tokens
from sending import queries, timeline
from sending.models import Event, EventKind, Message, Submission
from sending.models.ids import first_of, time_of
from sending.tracking import links
from sending.tracking.views import PIXEL
from stats import rollup
from stats.models import DayVolume
from templates_app import queries as template_queries
from templates_app import rendering
from templates_app.models import Skeleton
from tests import factories
from tests.conftest import Rules

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
HTML = '<p>Hello {{name}}</p><a href="https://shop.example.test/{{page}}?a=1&amp;b=2">Shop</a>'

TARGET = "https://shop.example.test/new?a=1&b=2"

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    account = factories.account()
    template = factories.template(account, html=HTML)
    submission = factories.submission(
        account,
        version=template.approved_id,
        template=template.pk,
        unsubscribe="2",
        variables={"name": "Ann", "page": "new"},
    )
    return factories.message(account, submission=submission, recipient="alice@example.com")


@pytest.fixture
def visitor() -> Client:
    # As mail programs come: no cookie, and the CSRF check is on as in production.
    return Client(enforce_csrf_checks=True, headers={"User-Agent": PERSON})


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def click_path(message: int, target: str = TARGET, *, recorded: str = "") -> str:
    """Return the path of a link as delivery writes it."""
    return path(links.click_url(message, target, links=1, recorded=recorded))


def numbered_path(message: int, index: int) -> str:
    """Return the path of a link as it was written before tokens held their target."""
    return "/t/c/" + tokens.to_url(tokens.make(links.CLICK, message, index))


def events(kind: EventKind) -> list[Event]:
    return list(Event.objects.filter(kind=kind))


def test_an_open_is_recorded_and_the_pixel_shown(visitor: Client, message: Message) -> None:
    response = visitor.get(path(links.pixel_url(message.pk)))
    assert response.content == PIXEL
    assert len(PIXEL) == 43
    assert response["Content-Type"] == "image/gif"
    assert "no-store" in response["Cache-Control"]
    [event] = events(EventKind.OPEN)
    assert (event.message, event.machine, event.user_agent) == (message.pk, False, PERSON)
    message.refresh_from_db()
    assert message.opened_at


def test_an_unknown_pixel_is_shown_and_not_recorded(visitor: Client, message: Message) -> None:
    for token in ("nonsense", click_path(message.pk).rsplit("/", 1)[1]):
        assert visitor.get(f"/t/o/{token}").content == PIXEL
    assert not events(EventKind.OPEN)


def test_a_robot_that_opens_is_flagged_and_kept(visitor: Client, message: Message) -> None:
    visitor.get(path(links.pixel_url(message.pk)), headers={"User-Agent": "curl/8"})
    assert [event.machine for event in events(EventKind.OPEN)] == [True]


def test_head_requests_never_count(visitor: Client, message: Message) -> None:
    assert visitor.head(path(links.pixel_url(message.pk))).status_code == 200
    assert visitor.head(click_path(message.pk)).status_code == 302
    assert not Event.objects.exists()


def test_a_click_leads_to_the_filled_target(visitor: Client, message: Message) -> None:
    response = visitor.get(click_path(message.pk))
    assert response.status_code == 302
    assert response["Location"] == "https://shop.example.test/new?a=1&b=2"
    assert "no-store" in response["Cache-Control"]
    # The token of a mail is nobody's business at the target.
    assert response["Referrer-Policy"] == "no-referrer"
    [event] = events(EventKind.CLICK)
    assert (event.link, event.machine) == ("https://shop.example.test/new?a=1&b=2", False)


def test_the_button_that_outlook_draws_leads_where_its_twin_does(visitor: Client) -> None:
    account = factories.account()
    shape = '<v:roundrect href="https://shop.example.test/{{page}}"><center>Go</center></v:roundrect>'
    html = f'<!--[if mso]>{shape}<![endif]--><a href="https://shop.example.test/{{{{page}}}}">Go</a>'
    version = factories.template(account, html=html).approved_id
    submission = factories.submission(account, version=version, variables={"page": "new"})
    message = factories.message(account, submission=submission)
    for number in range(2):
        response = visitor.get(numbered_path(message.pk, number))
        assert response["Location"] == "https://shop.example.test/new"
    assert {event.link for event in events(EventKind.CLICK)} == {"https://shop.example.test/new"}
    assert len(events(EventKind.CLICK)) == 2


def test_clicks_repeat(visitor: Client, message: Message) -> None:
    for _ in range(2):
        visitor.get(click_path(message.pk))
    assert len(events(EventKind.CLICK)) == 2


@pytest.fixture
def unhurried(rules: Rules) -> None:
    """Give a burst the time that a slow machine takes for its requests."""
    rules(burst_milliseconds=60_000, late_event_seconds=240)


@pytest.mark.usefixtures("unhurried")
def test_all_of_a_burst_is_a_machine_s_and_nobody_has_opened_or_clicked(visitor: Client, message: Message) -> None:
    visitor.get(path(links.pixel_url(message.pk)), headers={"User-Agent": BROWSER})
    for number in range(5):
        message.refresh_from_db()
        assert bool(message.clicked_at) == (number > 0)
        answer = visitor.get(click_path(message.pk), headers={"User-Agent": BROWSER})
        assert answer.status_code == 302
    assert [event.machine for event in Event.objects.order_by("id")] == [True] * 6
    message.refresh_from_db()
    assert (message.opened_at, message.clicked_at) == (None, None)


def test_who_read_the_mail_before_and_after_a_burst_stays_a_person(
    visitor: Client, message: Message, rules: Rules
) -> None:
    ago = timezone.now() - timedelta(minutes=5)
    opened = factories.event(message.account, EventKind.OPEN, ago, message=message.pk, user_agent=PERSON)
    Message.objects.filter(pk=message.pk).update(opened_at=ago)
    rules(burst_milliseconds=60_000, late_event_seconds=240)
    for _ in range(5):
        visitor.get(click_path(message.pk), headers={"User-Agent": BROWSER})
    message.refresh_from_db()
    assert (message.opened_at, message.clicked_at) == (time_of(opened.pk), None)
    assert not Event.objects.get(pk=opened.pk).machine
    # Somebody else clicks once the burst is over.
    rules(burst_milliseconds=1, late_event_seconds=10)
    visitor.get(click_path(message.pk))
    message.refresh_from_db()
    assert Event.objects.filter(kind=EventKind.CLICK, machine=False).count() == 1
    assert (message.opened_at, bool(message.clicked_at)) == (time_of(opened.pk), True)


@pytest.mark.usefixtures("unhurried")
def test_a_burst_is_corrected_wherever_it_is_shown(visitor: Client, message: Message) -> None:
    for _ in range(6):
        visitor.get(click_path(message.pk), headers={"User-Agent": BROWSER})
        rollup.roll_up()
    counted = DayVolume.objects.filter(account=message.account_id).aggregate(
        clicked=Sum("clicked"), machine=Sum("clicked_by_machine")
    )
    assert counted == {"clicked": 0, "machine": 6}
    message.refresh_from_db()
    shown = timeline.steps(message, [], queries.events(message))
    assert [step.icon for step in shown if step.event] == ["robot"] * 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("unhurried")
def test_a_burst_over_several_processes_is_seen_whole(message: Message) -> None:
    clicks = 16
    start = threading.Barrier(4)

    def click(_number: int) -> int:
        try:
            start.wait(30)
            client = Client(headers={"User-Agent": BROWSER})
            return [client.get(click_path(message.pk)).status_code for _ in range(clicks // 4)].count(302)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(click, range(4))) == clicks
    assert Event.objects.filter(kind=EventKind.CLICK, machine=True).count() == clicks
    message.refresh_from_db()
    assert (message.opened_at, message.clicked_at) == (None, None)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("seed", range(6))
def test_whoever_comes_in_whatever_order_flags_and_figures_are_those_of_the_people_that_remain(
    visitor: Client, message: Message, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(14):
        agent = chance.choice([BROWSER, BROWSER, PERSON, "curl/8.5.0"])
        url = chance.choice([path(links.pixel_url(message.pk)), click_path(message.pk)])
        visitor.get(url, headers={"User-Agent": agent})
        people = Event.objects.filter(kind__in=[EventKind.OPEN, EventKind.CLICK], machine=False).order_by("id")
        message.refresh_from_db()
        for stamp, first in (
            (message.opened_at, people.first()),
            (message.clicked_at, people.filter(kind=EventKind.CLICK).first()),
        ):
            assert bool(stamp) == bool(first)
            assert stamp is None or first is None or abs(stamp - time_of(first.pk)) < timedelta(minutes=1)
        if chance.random() < 0.3:
            rollup.roll_up()
    rollup.roll_up()
    for column, kind, machine in (
        ("opened", EventKind.OPEN, False),
        ("opened_by_machine", EventKind.OPEN, True),
        ("clicked", EventKind.CLICK, False),
        ("clicked_by_machine", EventKind.CLICK, True),
    ):
        total = DayVolume.objects.filter(account=message.account_id).aggregate(total=Sum(column))["total"]
        assert (total or 0) == Event.objects.filter(kind=kind, machine=machine).count()


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
def test_a_browser_that_fetches_ahead_is_a_machine(visitor: Client, message: Message, header: str) -> None:
    visitor.get(click_path(message.pk), headers={header: "prefetch"})
    assert [event.machine for event in events(EventKind.CLICK)] == [True]
    message.refresh_from_db()
    assert message.clicked_at is None


def test_apples_proxy_opens_for_nobody(visitor: Client, message: Message) -> None:
    visitor.get(path(links.pixel_url(message.pk)), headers={"User-Agent": "Mozilla/5.0"})
    assert [event.machine for event in events(EventKind.OPEN)] == [True]
    message.refresh_from_db()
    assert message.opened_at is None


@pytest.mark.parametrize(
    "anywhere",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.test/",
        "/local",
        "ftp://evil.test/",
        "https:",
        "vbscript:x",
        "",
        "http://[",
        "\tjavascript:alert(1)",
    ],
)
def test_a_target_that_is_no_web_address_is_not_followed(visitor: Client, message: Message, anywhere: str) -> None:
    # The compiler tracks web addresses only; this skeleton is one it would never write.
    skeleton = Skeleton.objects.get(pk=message.submission.version)
    Skeleton.objects.filter(pk=skeleton.pk).update(parts=skeleton.parts | {"links": [["https://a.test/"], [anywhere]]})
    response = visitor.get(numbered_path(message.pk, 1))
    assert response.status_code == 404
    assert "Location" not in response


def test_an_unknown_link_or_message_is_a_plain_404(visitor: Client, message: Message) -> None:
    for url in (numbered_path(message.pk, 9), numbered_path(12345, 0), click_path(12345)):
        response = visitor.get(url)
        assert response.status_code == 404
        assert response["Content-Type"].startswith("text/plain")


def test_no_altered_token_redirects(visitor: Client, message: Message) -> None:
    chance = random.Random(11)
    alphabet = string.ascii_letters + string.digits + "-_./?=%:@\\"
    good = click_path(message.pk).rsplit("/", 1)[1]
    for _ in range(1_500):
        at = chance.randrange(len(good))
        altered = good[:at] + chance.choice(alphabet.replace(good[at], "")) + good[at + chance.randrange(2) :]
        response = visitor.get(f"/t/c/{altered}")
        assert response.status_code == 404
        assert "Location" not in response
    assert not Event.objects.exists()


def test_a_target_in_the_query_is_ignored(visitor: Client, message: Message) -> None:
    for name in ("url", "next", "redirect", "to", "u"):
        response = visitor.get(click_path(message.pk), {name: "https://evil.test/"})
        assert response["Location"].startswith("https://shop.example.test/")


class Away:
    """A database that has gone."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("gone")


def test_without_the_database_pixel_and_links_work_and_the_rest_asks_to_come_back(
    visitor: Client, message: Message
) -> None:
    with connection.execute_wrapper(Away()):
        assert visitor.get(path(links.pixel_url(message.pk))).content == PIXEL
        response = visitor.get(click_path(message.pk))
        assert (response.status_code, response["Location"]) == (302, TARGET)
        for response in (
            visitor.get(numbered_path(message.pk, 0)),
            visitor.post(path(links.unsubscribe_url(message.pk))),
        ):
            assert response.status_code == 503
            assert response["Retry-After"]


def test_a_click_reads_neither_variables_nor_templates(visitor: Client, message: Message) -> None:
    Submission.objects.filter(pk=message.submission_id).update(variables={})
    Skeleton.objects.all().delete()
    assert visitor.get(click_path(message.pk))["Location"] == TARGET
    assert [event.link for event in events(EventKind.CLICK)] == [TARGET]


def test_what_is_recorded_of_a_click_is_what_its_mail_said(visitor: Client, message: Message) -> None:
    target, recorded = "https://shop.example.test/reset?token=s3cret", "https://shop.example.test/reset?token=******"
    assert visitor.get(click_path(message.pk, target, recorded=recorded))["Location"] == target
    assert [event.link for event in events(EventKind.CLICK)] == [recorded]


def test_links_live_as_long_as_events(visitor: Client) -> None:
    now = timezone.now()
    for days, status in ((0, 302), (179, 302), (180, 302), (181, 404), (400, 404)):
        of_then = first_of(now - timedelta(days=days))
        assert visitor.get(click_path(of_then)).status_code == status
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("https://bücher.example/ä?b=王#d", "https://xn--bcher-kva.example/%C3%A4?b=%E7%8E%8B#d"),
        ("https://i❤.ws/a b", "https://xn--i-7iq.ws/a%20b"),
        ("https://a.test/%E4%BD%A0?q=%20#top", "https://a.test/%E4%BD%A0?q=%20#top"),
    ],
)
def test_the_address_of_a_redirect_is_ascii(visitor: Client, message: Message, target: str, location: str) -> None:
    assert visitor.get(click_path(message.pk, target))["Location"] == location
    assert [event.link for event in events(EventKind.CLICK)] == [target]


def test_links_of_mails_sent_before_tokens_held_targets_lead_where_they_led(visitor: Client) -> None:
    account = factories.account()
    html = '<a href="https://shop.example.test/{{page}}?q={{q}}&amp;r=x-{{q}}">Go</a>'
    version = factories.template(account, html=html).approved_id
    # As skeletons were stored then.
    link = ["https://shop.example.test/", ["url", "page"], "?q=", ["argument", "q"], "&r=x-", ["url", "q"]]
    parts = {"html": ['<a href="', ["link", 0, True, link], '">Go</a>', ["end"]], "text": ["Go"], "links": [link],
             "names": ["page", "q"]}  # fmt: skip
    Skeleton.objects.filter(pk=version).update(parts=parts)
    variables = {"page": "new/1", "q": "a&b c%20d"}
    submission = factories.submission(account, version=version, variables=variables)
    message = factories.message(account, submission=submission)
    led = "https://shop.example.test/new/1?q=a%26b%20c%20d&r=x-a&b%20c%20d"
    assert visitor.get(numbered_path(message.pk, 0))["Location"] == led
    assert [event.link for event in events(EventKind.CLICK)] == [led]
    # Mails sent from now on have it right, though nobody approved the template again.
    assert rendering.fill_link(template_queries.compiled(version), 0, variables) == (
        "https://shop.example.test/new%2F1?q=a%26b%20c%2520d&r=x-a%26b%20c%2520d"
    )


def test_the_unsubscribe_page_asks_with_one_button_and_a_masked_address(visitor: Client, message: Message) -> None:
    response = visitor.get(path(links.unsubscribe_url(message.pk)))
    page = response.content.decode()
    assert response.status_code == 200
    assert "a•••e@example.com" in page
    assert "alice@example.com" not in page
    assert message.sender_domain in page
    assert page.count("<button") == 1
    assert "no-store" in response["Cache-Control"]
    assert "<script" not in page
    assert not response.cookies


def test_the_unsubscribe_page_has_the_mail_s_language_and_an_unknown_link_the_browser_s(
    visitor: Client, message: Message
) -> None:
    visitor.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    assert visitor.get(path(links.unsubscribe_url(message.pk)))["Content-Language"] == "en"
    lost = visitor.get(path(links.unsubscribe_url(message.pk))[:-3] + "abc")
    assert (lost.status_code, lost["Content-Language"]) == (404, "zh-hans")
    assert "无法识别此链接" in lost.content.decode()


def test_reading_the_page_never_unsubscribes(visitor: Client, message: Message) -> None:
    url = path(links.unsubscribe_url(message.pk))
    for method in ("get", "head", "options", "put", "patch", "delete", "trace"):
        for _ in range(20):
            getattr(visitor, method)(url)
    assert not Event.objects.exists()


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", ""])
def test_a_post_unsubscribes_at_once_without_cookie_or_redirect(visitor: Client, message: Message, body: str) -> None:
    response = visitor.post(
        path(links.unsubscribe_url(message.pk)), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert not response.cookies
    assert [event.message for event in events(EventKind.UNSUBSCRIBE)] == [message.pk]
    message.refresh_from_db()
    assert message.unsubscribed_at


def test_a_second_unsubscribe_is_not_recorded(visitor: Client, message: Message) -> None:
    for _ in range(20):
        assert visitor.post(path(links.unsubscribe_url(message.pk))).status_code == 200
    assert len(events(EventKind.UNSUBSCRIBE)) == 1
    assert "<button" not in visitor.get(path(links.unsubscribe_url(message.pk))).content.decode()


def test_other_tokens_do_not_unsubscribe(visitor: Client, message: Message) -> None:
    for url in (links.pixel_url(message.pk), click_path(message.pk), numbered_path(message.pk, 0)):
        assert visitor.post("/u/" + url.rsplit("/", 1)[1]).status_code == 404
    assert visitor.post(path(links.unsubscribe_url(999))).status_code == 404
    assert not Event.objects.exists()
