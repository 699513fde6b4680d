"""What the search finds, for whom, and that it never reads more than it shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Account
from accounts.roles import Role
from config.search import MAX_HITS, SearchGroup, search
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


def found(account: Account, text: str, role: str = Role.ADMIN) -> dict[str, list[str]]:
    with translation.override("en"):
        groups = search(factories.caller(account, role), text)
        return {str(group.label): [hit.title for hit in group.hits] for group in groups}


def group(account: Account, text: str, label: str) -> SearchGroup:
    with translation.override("en"):
        (only,) = [each for each in search(factories.caller(account, Role.ADMIN), text) if str(each.label) == label]
        return only


def test_an_email_is_found_by_its_recipient_or_the_beginning_in_any_spelling(account: Account) -> None:
    message = factories.message(account, recipient="Ann.B@example.com")
    for text in ("Ann.B@example.com", "ann.b@EXAMPLE.com", " ann.", "ann.b@ex", '"B, Ann" <ann.b@example.com>'):
        assert found(account, text)["Emails"] == ["Ann.B@example.com"], text
    assert group(account, "ann.", "Emails").hits[0].url == f"/sending/status/{message.pk}/"
    for text in ("nn.b@example.com", "%", "_nn", "ann_b", "example.com"):
        assert "Emails" not in found(account, text), text


def test_an_email_is_found_by_its_whole_message_id(account: Account) -> None:
    submission = factories.submission(account)
    factories.message(account, submission=submission, recipient="a@example.com")
    factories.message(account, submission=submission, recipient="b@example.com")
    assert found(account, submission.message_id) == {"Emails": ["a@example.com", "b@example.com"]}
    assert found(account, f"<{submission.message_id}>")["Emails"] == ["a@example.com", "b@example.com"]
    assert found(account, submission.message_id[:-1]) == {}


def test_more_than_is_shown_is_one_link_away(account: Account) -> None:
    for number in range(MAX_HITS + 1):
        factories.message(account, recipient=f"ann{number}@example.com")
    emails = group(account, "ann", "Emails")
    assert len(emails.hits) == MAX_HITS
    assert emails.all_url == "/sending/status/?recipient=ann&range=90d"
    assert group(account, "ann0", "Emails").all_url == ""


def test_templates_domains_and_addresses_are_found_by_a_part(account: Account) -> None:
    template = factories.template(account, name="Order confirmation")
    domain = factories.domain(account, name="mail.shop.example")
    factories.address(domain, address="orders@mail.shop.example", name="The Shop")
    assert found(account, "ORDER") == {
        "Templates": ["Order confirmation"],
        "Sender addresses": ["orders@mail.shop.example"],
    }
    assert found(account, str(template.pk))["Templates"] == ["Order confirmation"]
    assert found(account, "shop.ex") == {
        "Sender domains": ["mail.shop.example"],
        "Sender addresses": ["orders@mail.shop.example"],
    }
    assert found(account, "the shop") == {"Sender addresses": ["orders@mail.shop.example"]}


def test_an_address_is_looked_up_in_the_blocklist(account: Account) -> None:
    factories.block(account, kind="custom", address="ann@example.com")
    (hit,) = group(account, "ANN@example.com", "Blocklist").hits
    assert hit.title == "ANN@example.com".lower()
    assert hit.url == "/blocklist/look-up/?address=ann%40example.com"
    assert "Blocklist" not in found(account, "ann@")
    assert "Blocklist" not in found(factories.account(), "ann@example.com")


def test_pages_are_found_in_the_reader_s_language_and_in_english(account: Account) -> None:
    caller = factories.caller(account, Role.OPERATOR)
    with translation.override("zh-hans"):
        for text in ("黑名单", "blockl"):
            (pages,) = search(caller, text)
            assert [hit.url for hit in pages.hits] == ["/blocklist/"], text
    assert found(account, "audit", Role.OPERATOR) == {}
    assert found(account, "audit", Role.ADMIN) == {"Pages": ["Audit Log"]}


def test_nobody_finds_what_is_another_account_s_or_not_for_the_role(account: Account) -> None:
    message = factories.message(account, recipient="shop@example.com")
    factories.template(account, name="shop")
    factories.address(factories.domain(account, name="shop.example"), address="shop@shop.example")
    assert set(found(account, "shop")) == {"Emails", "Templates", "Sender domains", "Sender addresses"}
    assert set(found(account, "shop", Role.REVIEWER)) == {"Templates"}
    assert found(account, message.message_id, Role.REVIEWER) == {}
    assert found(factories.account(), "shop") == {}
    assert found(factories.account(), message.message_id) == {}


@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "\ud800", "9" * 30, "٣", "x" * 5000, "a@" + "b" * 400, "'; --", "@", "\\", "<", ">", "<>", "a<b"],
)
def test_whatever_is_typed_is_answered(account: Account, text: str, client: Client) -> None:
    client.force_login(factories.user(account, Role.ADMIN))
    shown = text.encode("utf-8", "replace").decode()
    assert client.get("/search/", {"q": shown}).status_code == 200


def test_each_query_is_served_by_an_index_or_bounded_by_the_account(account: Account) -> None:
    caller = factories.caller(account, Role.ADMIN)
    with connection.cursor() as cursor:
        # On tables that are all but empty the planner would take any way.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as asked:
            search(caller, "ann")
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
            assert "LIMIT" in query["sql"], query["sql"]
            if '"sending_message"' in query["sql"] and "recipient" in query["sql"].split("WHERE")[1]:
                # In the order of the index: a beginning that many addresses have sorts none of them.
                assert "Sort  " not in plan, plan
                assert "lower((recipient)::text)" in plan, plan


def test_the_page_works_alone_and_its_results_are_a_part_for_the_dialog(account: Account, client: Client) -> None:
    client.force_login(factories.user(account, Role.ADMIN))
    factories.template(account, name="<b>Shop</b>")
    page = client.get("/search/", {"q": "shop"})
    part = client.get("/search/", {"q": "shop"}, headers={"HX-Request": "true"})
    assert "<html" in page.text
    assert "<html" not in part.text
    for answer in (page, part):
        assert "&lt;b&gt;Shop&lt;/b&gt;" in answer.text
        assert "HX-Request" in answer["Vary"]
    assert "Nothing found for “nowhere”" in client.get("/search/", {"q": "nowhere"}).text
