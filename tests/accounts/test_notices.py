from __future__ import annotations

import pytest
from django.utils import translation

from accounts import notices
from accounts.caller import member
from accounts.errors import Forbidden
from accounts.models import AuditEntry, Notice
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_second_notice_of_a_subject_replaces_the_first() -> None:
    account = factories.account()
    notices.post(account, level=Notice.Level.INFO, subject="domain 1", text="Records missing")
    notices.post(account, level=Notice.Level.DANGER, subject="domain 1", text="Lost", link="/domains/1/")
    notice = Notice.objects.get()
    assert (notice.level, notice.text, notice.link) == ("danger", "Lost", "/domains/1/")


def test_a_settled_notice_is_closed_and_the_subject_can_come_back() -> None:
    account = factories.account()
    notices.post(account, level=Notice.Level.INFO, subject="domain 1", text="Records missing")
    notices.withdraw(account, subject="domain 1")
    assert Notice.objects.get().closed_at is not None
    notices.post(account, level=Notice.Level.INFO, subject="domain 1", text="Missing again")
    assert Notice.objects.filter(closed_at=None).get().text == "Missing again"


def test_settling_touches_neither_other_subjects_nor_other_accounts() -> None:
    ours, theirs = factories.account(), factories.account()
    for account, subject in ((ours, "one"), (ours, "two"), (theirs, "one")):
        notices.post(account, level=Notice.Level.INFO, subject=subject, text="text")
    notices.withdraw(ours, subject="one")
    assert Notice.objects.filter(closed_at=None).count() == 2


def test_settling_what_was_never_told_leaves_other_notices_open() -> None:
    notice = factories.notice(factories.account(), text="Records missing")
    notices.withdraw(notice.account, subject="nothing")
    notice.refresh_from_db()
    assert notice.closed_at is None


def test_a_notice_is_closed_by_a_person_once_and_written_down() -> None:
    account = factories.account()
    caller, notice = factories.caller(account, "analyst"), factories.notice(account, text="Records missing")
    notices.close(caller, notice=notice)
    closed_at = Notice.objects.get().closed_at
    assert closed_at is not None
    notices.close(caller, notice=notice)
    assert Notice.objects.get().closed_at == closed_at
    assert AuditEntry.objects.get(act="notices.close").target == "Records missing"


def test_who_may_not_look_at_the_overview_closes_nothing() -> None:
    account = factories.account()
    notice = factories.notice(account)
    stranger = member(account, factories.user(factories.account(), "admin"))
    with pytest.raises(Forbidden):
        notices.close(stranger, notice=notice)
    assert Notice.objects.get().closed_at is None


def test_a_notice_is_told_in_the_language_of_the_page_and_logged_in_english() -> None:
    account = factories.account()
    # A text of the product that has a value; any translated one would do.
    text, values = "%(key)s is enabled.", {"key": "100 % shop"}
    notices.post(account, level=Notice.Level.INFO, subject="key", text=text, values=values)
    notice = Notice.objects.get()
    assert notice.sentence == "100 % shop is enabled."
    with translation.override("zh-hans"):
        assert notice.sentence == "100 % shop 已启用。"
        notices.close(factories.caller(account, "analyst"), notice=notice)
    assert AuditEntry.objects.get(act="notices.close").target == "100 % shop is enabled."
