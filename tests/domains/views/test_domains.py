"""The pages of sender domains, as a person walks them."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account
from accounts.roles import Role
from domains import sender_domains, verification
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from tests import factories
from tests.domains.fakes import right

pytestmark = pytest.mark.django_db
State = SenderDomain.State


@pytest.fixture
def account() -> Account:
    return factories.account()


def log_in(account: Account, role: str = Role.OPERATOR) -> Client:
    client = Client()
    client.force_login(factories.user(account, role))
    return client


@pytest.fixture
def client(account: Account) -> Client:
    return log_in(account)


def create(account: Account, name: str = "mail.shop.test") -> SenderDomain:
    caller = factories.caller(account)
    return sender_domains.create(caller, name=name, dkim_option=SenderDomain.DkimOption.RSA_1024)


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def html(response: object) -> str:
    return response.content.decode()


class TestDomains:
    def test_an_empty_list_says_what_to_do(self, client: Client) -> None:
        page = html(client.get(reverse("domains:list")))
        assert "No sender domain yet" in page
        assert reverse("domains:create") in page

    def test_the_list_shows_state_level_and_quota(self, client: Client, account: Account) -> None:
        factories.domain(account, name="a.test", reputation_level=5)
        factories.domain(factories.account(), name="other.test")
        page = html(client.get(reverse("domains:list")))
        assert "a.test" in page
        assert "10,000" in page
        assert "other.test" not in page

    def test_filters_narrow_the_list_and_its_csv(self, client: Client, account: Account) -> None:
        factories.domain(account, name="a.test")
        factories.domain(account, name="b.test", state=State.PENDING)
        url = reverse("domains:list") + "?state=pending"
        page = html(client.get(url))
        assert "b.test" in page
        assert "a.test" not in page
        file = b"".join(client.get(url + "&format=csv")).decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(file))
        assert (row["domain"], row["status"], row["daily_quota"]) == ("b.test", "pending", "500")

    def test_a_longer_list_takes_no_more_queries(
        self, client: Client, account: Account, django_assert_max_num_queries: object
    ) -> None:
        for n in range(20):
            factories.domain(account, name=f"d{n}.test")
        with django_assert_max_num_queries(12):
            client.get(reverse("domains:list"))

    def test_creating_leads_to_the_records(self, client: Client, account: Account) -> None:
        response = client.post(reverse("domains:create"), {"name": "Mail.Shop.test", "dkim_option": "0"})
        domain = SenderDomain.objects.get(account=account)
        assert (response.status_code, response["Location"]) == (302, reverse("domains:detail", args=[domain.pk]))
        page = html(client.get(response["Location"]))
        for record in domain.records.all():
            assert record.host in page
        assert domain.dkim_public_key in page
        assert "within shop.test" in page
        assert "PRIVATE" not in page

    def test_a_refusal_stands_at_its_field_with_what_was_typed(self, client: Client) -> None:
        response = client.post(reverse("domains:create"), {"name": "localhost", "dkim_option": "0"})
        assert response.status_code == 422
        assert "at least one dot" in html(response)
        assert 'value="localhost"' in html(response)


class TestDetail:
    def test_what_departs_is_marked_beside_the_reason(self, client: Client, account: Account) -> None:
        domain = create(account)
        resolver = right(domain)
        row = domain.records.get(kind="spf")
        resolver.answers[row.host, "TXT"] = DnsAnswer(DnsStatus.FOUND, ("v=spf1 include:<b>.test ~all",))
        verification.verify(factories.caller(account), domain=domain, resolver=resolver)
        page = html(client.get(reverse("domains:detail", args=[domain.pk])))
        assert "3 of 4 pass" in page
        assert "&lt;b&gt;.test is included but has no SPF record" in page
        assert "v=spf1 include:spf.ses.test ~all" in page
        assert "<mark>" in page
        # What DNS says is a stranger's text.
        assert "<b>.test" not in page

    def test_the_chain_of_look_ups_is_shown(self, client: Client, account: Account) -> None:
        domain = create(account)
        verification.verify(factories.caller(account), domain=domain, resolver=right(domain))
        page = html(client.get(reverse("domains:detail", args=[domain.pk])))
        assert "Chain of look-ups: 1 of at most 10" in page
        assert "v=spf1 ip4:192.0.2.1 -all" in page
        assert "Where the policy was looked for: 1 name" in page

    def test_a_policy_from_above_is_not_to_be_entered(self, client: Client, account: Account) -> None:
        domain = create(account)
        resolver = right(domain)
        del resolver.answers["_dmarc.mail.shop.test", "TXT"]
        resolver.answers["_dmarc.shop.test", "TXT"] = DnsAnswer(DnsStatus.FOUND, ("v=DMARC1; p=reject",))
        verification.verify(factories.caller(account), domain=domain, resolver=resolver)
        page = html(client.get(reverse("domains:detail", args=[domain.pk])))
        assert "4 of 4 pass" in page
        assert "Nothing to enter" in page
        assert "p=none" not in page
        assert "_dmarc.mail.shop.test. 3600 IN TXT" not in page

    def test_the_zone_file_holds_the_record_that_keeps_the_present_one(self, client: Client, account: Account) -> None:
        domain = create(account)
        resolver = right(domain)
        resolver.answers["mail.shop.test", "TXT"] = DnsAnswer(DnsStatus.FOUND, ("v=spf1 ip4:198.51.100.7 -all",))
        verification.verify(factories.caller(account), domain=domain, resolver=resolver)
        page = html(client.get(reverse("domains:detail", args=[domain.pk])))
        assert "IN TXT &quot;v=spf1 ip4:198.51.100.7 include:spf.ses.test -all&quot;" in page
        assert "v=spf1 include:spf.ses.test ~all" not in page

    def test_what_could_take_mail_away_is_not_in_the_zone_file(self, client: Client, account: Account) -> None:
        domain = create(account)
        resolver = right(domain)
        resolver.answers["mail.shop.test", "MX"] = DnsAnswer(DnsStatus.FOUND, ("10 mx.own.test.",))
        verification.verify(factories.caller(account), domain=domain, resolver=resolver)
        page = html(client.get(reverse("domains:detail", args=[domain.pk])))
        assert "IN TXT &quot;v=spf1" in page
        assert "IN MX" not in page
        assert "are left out: decide on them above" in page

    def test_before_the_first_check_nobody_is_led_to_a_second_record(self, client: Client, account: Account) -> None:
        page = html(client.get(reverse("domains:detail", args=[create(account).pk])))
        assert "Never add a second one" in page
        assert "Only if no DMARC policy applies yet" in page

    def test_each_record_has_its_type_and_time_to_live(self, client: Client, account: Account) -> None:
        page = html(client.get(reverse("domains:detail", args=[create(account).pk])))
        assert page.count('data-label="Type"') == page.count('data-label="TTL"') == 4
        assert page.count('<span class="mono">3600</span>') == 4
        # A line may break between labels, not inside one.
        assert "_dmarc.<wbr>mail.<wbr>shop.<wbr>test" in page

    @pytest.mark.parametrize(
        ("resolver", "text"), [("simulator", "in the simulator"), ("192.0.2.1", "at your DNS host")]
    )
    def test_what_is_said_after_creating_is_what_the_page_asks_for(
        self, client: Client, settings: Settings, resolver: str, text: str
    ) -> None:
        settings.RESOLVER = resolver
        response = client.post(reverse("domains:create"), {"name": "mail.shop.test", "dkim_option": "0"})
        assert text in said(response)
        page = html(client.get(response["Location"]))
        assert ("Publish the records" in page) == (resolver == "simulator")

    def test_publishing_is_offered_where_checks_ask_the_simulator(
        self, client: Client, account: Account, settings: Settings
    ) -> None:
        url = reverse("domains:detail", args=[create(account).pk])
        assert "Publish in the simulator" in html(client.get(url))
        settings.RESOLVER = "192.0.2.1"
        assert "Publish in the simulator" not in html(client.get(url))

    def test_an_analyst_sees_the_records_and_no_buttons(self, account: Account) -> None:
        domain = create(account)
        page = html(log_in(account, Role.ANALYST).get(reverse("domains:detail", args=[domain.pk])))
        assert domain.dkim_public_key in page
        for word in ("Verify</button>", "Delete", "Publish in the simulator", "Add sender address"):
            assert word not in page

    @pytest.mark.parametrize(
        ("state", "text"),
        [
            (State.PENDING, "then verify"),
            (State.VERIFIED, "Add sender address"),
            (State.FAILING, "within 72 hours"),
            (State.FAILED, "no email is sent"),
        ],
    )
    def test_each_state_says_what_comes_next(self, client: Client, account: Account, state: str, text: str) -> None:
        domain = factories.domain(account, state=state)
        assert text in html(client.get(reverse("domains:detail", args=[domain.pk])))

    def test_verify_says_which_records_are_open(self, client: Client, account: Account, settings: Settings) -> None:
        settings.SIMULATOR_DNS_PORT = 0
        domain = create(account)
        response = client.post(reverse("domains:verify", args=[domain.pk]))
        assert response["Location"] == reverse("domains:detail", args=[domain.pk])
        assert "could be checked: see MX, SPF, DKIM, DMARC" in said(response)

    def test_another_key_size_is_made_on_wish(self, client: Client, account: Account) -> None:
        domain = create(account)
        client.post(reverse("domains:change_key", args=[domain.pk]), {"dkim_option": "1"})
        domain.refresh_from_db()
        assert domain.dkim_option == SenderDomain.DkimOption.RSA_2048
        response = client.post(reverse("domains:change_key", args=[domain.pk]), {"dkim_option": "x"})
        assert "0 (1024 bit) or 1 (2048 bit)" in said(response)

    def test_delete_leads_to_the_list_and_a_refusal_is_shown(self, client: Client, account: Account) -> None:
        domain = create(account)
        response = client.post(reverse("domains:delete", args=[domain.pk]))
        assert response["Location"] == reverse("domains:list")
        assert not SenderDomain.objects.exists()
        verified = factories.domain(account)
        assert "cannot be deleted" in said(client.post(reverse("domains:delete", args=[verified.pk])))


class TestGuide:
    """One primary button at a time: publish, verify, add an address, and then no guide any more."""

    def primary(self, client: Client, path: str) -> list[str]:
        page = html(client.get(path))
        return re.findall(r'class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page, re.DOTALL)

    def test_each_step_leads_to_the_next(self, client: Client, account: Account, settings: Settings) -> None:
        settings.RESOLVER = "simulator"
        domain = create(account)
        path = reverse("domains:detail", args=[domain.pk])
        assert self.primary(client, path) == ["Publish in the simulator"]
        after = client.post(reverse("sending:publish_zone", args=[domain.pk]))["Location"]
        assert self.primary(client, after) == ["Verify"]
        SenderDomain.objects.update(state=State.VERIFIED)
        assert self.primary(client, path) == ["Add sender address"]
        factories.address(domain)
        assert self.primary(client, path) == []

    def test_real_dns_needs_no_publishing(self, client: Client, account: Account, settings: Settings) -> None:
        settings.RESOLVER = "192.0.2.53"
        assert self.primary(client, reverse("domains:detail", args=[create(account).pk])) == ["Verify"]
