"""The simulator's pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from sending.simulator import mail
from sending.tracking import verp
from tests import factories
from tests.sending.simulator.mails import RAW, with_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def browser(account: Account) -> Client:
    client = Client()
    client.force_login(factories.user(account))
    return client


def text(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"sending:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_inbox_shows_the_accounts_mails_only(browser: Client, account: Account) -> None:
    factories.simulated_mail(account, recipient="ann@mine.test")
    factories.simulated_mail(factories.account(), recipient="bob@theirs.test")
    page = text(browser, "inbox")
    assert "ann@mine.test" in page
    assert "bob@theirs.test" not in page


def test_the_inbox_is_searched_by_recipient_and_mailbox(browser: Client, account: Account) -> None:
    factories.simulated_mail(account, recipient="Bounce+ann@x.test", scenario="dsn")
    factories.simulated_mail(account, recipient="carl@x.test")
    for query in ({"recipient": "Bounce+ann@x.test"}, {"recipient": "bounce"}, {"scenario": "dsn"}):
        page = text(browser, "inbox", **query)
        assert "Bounce+ann@x.test" in page
        assert "carl@x.test" not in page
    assert "No rows match" in text(browser, "inbox", recipient="nobody@x.test")


def test_the_list_does_not_load_the_mails_themselves(
    browser: Client, account: Account, django_assert_max_num_queries: object
) -> None:
    for n in range(3):
        factories.simulated_mail(account, recipient=f"r{n}@x.test")
    # The first request of a day renews the session.
    text(browser, "inbox")
    with django_assert_max_num_queries(10) as queries:
        few = text(browser, "inbox")
    assert "r2@x.test" in few
    assert not any('"raw"' in query["sql"] for query in queries.captured_queries)


def test_the_file_of_the_list_holds_no_subject_in_which_a_code_may_stand(browser: Client, account: Account) -> None:
    factories.simulated_mail(account, recipient="ann@x.test", subject="Your code is 384756")
    response = browser.get(reverse("sending:inbox"), {"format": "csv"})
    written = b"".join(response).decode()
    assert "ann@x.test" in written
    assert "384756" not in written


def test_a_mail_shows_headers_texts_attachments_and_signature(browser: Client, account: Account) -> None:
    kept = factories.simulated_mail(account, raw=RAW, subject="Grüße")
    page = text(browser, "inbox_mail", kept.pk)
    for part in ("Grüße", "Plain words", "précis.pdf", "d=mail.example.test", "List-Unsubscribe", "sandbox="):
        assert part in page


def test_a_mail_leads_to_its_status(browser: Client, account: Account) -> None:
    message = factories.message(account)
    mine = factories.simulated_mail(account, mail_from=verp.envelope_sender(message.pk, "mail.example.test"))
    assert reverse("sending:message", args=[message.pk]) in text(browser, "inbox_mail", mine.pk)
    theirs = factories.message(factories.account())
    odd = factories.simulated_mail(account, mail_from=verp.envelope_sender(theirs.pk, "mail.example.test"))
    assert reverse("sending:message", args=[theirs.pk]) not in text(browser, "inbox_mail", odd.pk)


def test_the_body_runs_nothing_and_loads_nothing(browser: Client, account: Account) -> None:
    html = '<!doctype html><html><head lang="x"><script>alert(1)</script></head><img src="http://a.test/p.gif">'
    kept = factories.simulated_mail(account, raw=with_html(html))
    response = browser.get(reverse("sending:inbox_body", args=[kept.pk]))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "allow-forms" not in policy
    assert "default-src 'none'" in policy
    assert response["Referrer-Policy"] == "no-referrer"
    assert "img-src data:;" in policy
    assert response.content.decode().startswith('<!doctype html><html><head lang="x"><base target="_blank">')


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="http://a.test/p.gif">',
        "<IMG alt='x' SRC = 'http://a.test/p.gif'>",
        "<img width=1 src=//a.test/p.gif>",
        '<img srcset="http://a.test/p.gif 2x" src="http://a.test/p.gif">',
        '<img\nsrc="cid:1">',
    ],
)
def test_pictures_from_outside_are_taken_out(browser: Client, account: Account, picture: str) -> None:
    kept = factories.simulated_mail(account, raw=with_html(picture))
    body = browser.get(reverse("sending:inbox_body", args=[kept.pk])).content.decode()
    assert not mail.links_and_pictures(body)[1]
    assert " srcset" not in body


def test_pictures_inside_the_mail_are_shown(browser: Client, account: Account) -> None:
    kept = factories.simulated_mail(account, raw=with_html('<img alt="" src="data:image/gif;base64,R0lG">'))
    body = browser.get(reverse("sending:inbox_body", args=[kept.pk])).content.decode()
    assert mail.links_and_pictures(body)[1] == ["data:image/gif;base64,R0lG"]


def test_a_body_without_a_head_still_opens_links_elsewhere(browser: Client, account: Account) -> None:
    kept = factories.simulated_mail(account, raw=with_html("<p>x</p>"))
    assert browser.get(reverse("sending:inbox_body", args=[kept.pk])).content == b'<base target="_blank"><p>x</p>'


def test_the_source_comes_byte_for_byte_as_a_file(browser: Client, account: Account) -> None:
    kept = factories.simulated_mail(account, raw=RAW)
    response = browser.get(reverse("sending:inbox_raw", args=[kept.pk]))
    assert response.content == RAW
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "message/rfc822"


def test_the_addresses_are_listed_while_mail_goes_to_the_simulator(browser: Client, settings: object) -> None:
    page = text(browser, "simulator")
    assert "bounce@inbox.test" in page
    assert "550 5.1.1" in page
    settings.TRANSPORT = "direct"
    assert browser.get(reverse("sending:simulator")).status_code == 404
    assert "Simulated addresses" not in text(browser, "inbox")
