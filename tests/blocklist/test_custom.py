"""blocklist.custom: the account's own list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.csv.decoding import decode
from accounts.errors import Forbidden
from accounts.models import AuditEntry
from blocklist import blocking, custom, entries
from blocklist.models import BlockedAddress
from tests import factories
from tests.refusals import refused

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)


class TestOwnList:
    def test_takes_an_address_with_its_last_day_and_writes_it_into_the_audit_log(self):
        caller = factories.caller(factories.account())
        row = custom.add(caller, address=" Ann@Example.com", expires=LATER, reason="asked by phone")
        assert (row.address, row.cause, row.reason) == ("ann@example.com", "entered", "asked by phone")
        assert row.expires_at == datetime(LATER.year, LATER.month, LATER.day, tzinfo=UTC)
        entry = AuditEntry.objects.get()
        assert (entry.act, entry.target) == ("blocklist.add", "ann@example.com")

    def test_refuses_a_second_entry_and_says_what_to_do(self):
        caller = factories.caller(factories.account())
        custom.add(caller, address="ann@example.com")
        with refused(match="Change its expiry"):
            custom.add(caller, address="ANN@example.com")

    def test_takes_an_address_again_whose_time_is_over(self):
        account = factories.account()
        factories.block(account, kind="custom", cause="entered", expires_at=timezone.now() - timedelta(days=1))
        row = custom.add(factories.caller(account), address="ann@example.com")
        assert row.expires_at is None
        assert BlockedAddress.objects.count() == 1

    @pytest.mark.parametrize("day", [TODAY, date(2020, 1, 1)])
    def test_refuses_a_day_that_is_not_to_come(self, day):
        with refused() as caught:
            custom.add(factories.caller(factories.account()), address="ann@example.com", expires=day)
        assert (caught.value.code, caught.value.field) == ("InvalidParameterValue.WrongDate", "expires")

    def test_refuses_what_is_no_address(self):
        with refused() as caught:
            custom.add(factories.caller(factories.account()), address="ann")
        assert caught.value.code == "InvalidParameterValue.IllegalEmailAddress"

    def test_of_another_account_cannot_be_touched(self):
        row = factories.block(factories.account(), kind="custom", cause="entered")
        stranger = factories.caller(factories.account())
        with refused():
            custom.change_expiry(stranger, row=row, expires=None)
        with refused():
            blocking.remove(stranger, row=row)

    def test_has_entries_whose_end_can_be_moved(self):
        account = factories.account()
        row = factories.block(account, kind="custom", cause="entered")
        custom.change_expiry(factories.caller(account), row=row, expires=LATER)
        row.refresh_from_db()
        assert row.expires_at.date() == LATER


class TestImport:
    TEXT = f"email,expires\nann@example.com\nbob@example.com,{LATER}\nANN@example.com\nnobody\n{'x' * 70}@a.test\n"

    def test_counts_and_names_every_line(self):
        account = factories.account()
        factories.block(account, kind="custom", cause="entered", address="bob@example.com")
        done = custom.import_list(factories.caller(account), parsed=entries.parse(self.TEXT, today=TODAY))
        assert (done.total, done.valid, done.too_long, done.repeat, done.invalid) == (5, 1, 1, 2, 1)
        assert [(line.line, line.code) for line in done.rejected] == [
            (3, "repeat"),
            (4, "repeat"),
            (5, "invalid"),
            (6, "too_long"),
        ]
        assert set(BlockedAddress.objects.values_list("address", "cause")) == {
            ("ann@example.com", "imported"),
            ("bob@example.com", "entered"),
        }

    def test_tried_dry_says_the_same_and_keeps_nothing(self):
        account = factories.account()
        caller, parsed = factories.caller(account), entries.parse(self.TEXT, today=TODAY)
        tried = custom.import_list(caller, parsed=parsed, dry_run=True)
        assert not BlockedAddress.objects.exists()
        assert not AuditEntry.objects.exists()
        assert custom.import_list(caller, parsed=parsed) == tried

    def test_costs_the_same_number_of_statements_for_any_list(self, django_assert_num_queries):
        caller = factories.caller(factories.account())
        parsed = entries.parse("\n".join(f"user{n}@example.com" for n in range(500)), today=TODAY)
        with django_assert_num_queries(
            6
        ):  # savepoint, insert, number of the entry, entry, its wait for a seal, release
            assert custom.import_list(caller, parsed=parsed).valid == 500

    def test_refuses_an_empty_list_and_one_too_long(self, rules):
        caller = factories.caller(factories.account())
        with refused() as caught:
            custom.import_list(caller, parsed=entries.parse("\n", today=TODAY))
        assert caught.value.code == "MissingParameter.EmailsNecessary"
        rules(custom_blocks_per_import=2)
        with refused() as caught:
            custom.import_list(caller, parsed=entries.parse(self.TEXT, today=TODAY))
        assert caught.value.code == "LimitExceeded.ReceiverDetailRequestLimit"


@pytest.mark.parametrize(
    "act",
    [
        lambda caller, row: custom.add(caller, address="bob@example.com"),
        lambda caller, row: custom.import_list(caller, parsed=entries.parse("a@b.test", today=TODAY)),
        lambda caller, row: custom.change_expiry(caller, row=row, expires=None),
    ],
)
def test_every_act_needs_the_right_to_edit(act):
    account = factories.account()
    row = factories.block(account, kind="custom", cause="entered")
    with pytest.raises(Forbidden):
        act(factories.caller(account, "analyst"), row)


class TestOwnFile:
    """What the list's own CSV holds is what an import of it makes."""

    TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.text(
        st.sampled_from("=+-@＝\t\r\n; ,'\"a\u00a0\u200b"), max_size=10
    )
    ROWS = st.lists(
        st.tuples(
            st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}", fullmatch=True),
            st.none() | st.dates(TODAY - timedelta(days=100), TODAY + timedelta(days=1000)),
            TEXTS,
        ),
        max_size=6,
        unique_by=lambda row: row[0],
    )

    @staticmethod
    def rows(account):
        own = BlockedAddress.objects.filter(account=account, kind="custom")
        return sorted(own.values_list("address", "reason", "expires_at"))

    @given(ROWS)
    @example([("+ann", None, "=1+1"), ("-bob", TODAY - timedelta(days=1), "'a;=1"), ("'=cid", LATER, ' "x"\r\n-2')])
    def test_read_back_gives_the_same_rows(self, rows):
        with transaction.atomic():
            account, other = factories.account(), factories.account()
            for local, day, reason in rows:
                ends = datetime.combine(day, time(), UTC) if day else None
                factories.block(
                    account, kind="custom", address=f"{local}@x.test", reason=reason, expires_at=ends, cause="entered"
                )
            content = download(account)
            parsed = entries.parse(decode(content).text, today=TODAY)
            assert parsed.rejected == []
            if rows:
                custom.import_list(factories.caller(other), parsed=parsed)
            assert self.rows(other) == self.rows(account)
            transaction.set_rollback(True)


def download(account):
    """The bytes of the list's own CSV."""
    browser = Client()
    browser.force_login(factories.user(account, "admin"))
    response = browser.get(reverse("blocklist:list"), {"kind": "custom", "format": "csv"})
    return b"".join(response.streaming_content)


def test_an_entry_without_a_reason_gets_that_of_the_list():
    account = factories.account()
    parsed = entries.parse("address,reason\nann@example.com,asked\nbob@example.com,\n", today=TODAY)
    custom.import_list(factories.caller(account), parsed=parsed, reason="moved")
    assert dict(BlockedAddress.objects.values_list("address", "reason")) == {
        "ann@example.com": "asked",
        "bob@example.com": "moved",
    }
