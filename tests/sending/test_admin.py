"""What platform staff see of reports and of mail to postmaster, as text that runs nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from sending import retention
from sending.models import InboundReport, PostmasterMail
from tests import factories
from tests.conftest import Rules

pytestmark = pytest.mark.django_db
HOSTILE = b"Subject: <script>alert(1)</script>\r\n\r\n<img src=x onerror=alert(2)>\x00\xff"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.test", "correct horse battery"))
    return client


def mail(**fields: object) -> PostmasterMail:
    row = PostmasterMail(mail_from="a@b.test", recipient="postmaster@x.test", subject="<b>", raw=HOSTILE, **fields)
    row.save(force_insert=True)
    row.refresh_from_db()
    return row


def test_mail_to_postmaster_is_listed_and_shown_as_text(staff: Client) -> None:
    kept = mail()
    listed = staff.get("/admin/sending/postmastermail/")
    shown = staff.get(f"/admin/sending/postmastermail/{kept.pk}/change/")
    for page in (listed.content.decode(), shown.content.decode()):
        assert "postmaster@x.test" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in shown.content.decode()


def test_lists_show_the_beginning_of_a_long_text_and_a_page_all_of_it(staff: Client) -> None:
    words = "word " * 60
    kept = mail()
    PostmasterMail.objects.update(subject=words[:300])
    InboundReport(kind="unknown", state="aside", read_at=datetime.now(UTC), raw=b"x", summary=words).save(
        force_insert=True
    )
    for name in ("postmastermail", "inboundreport"):
        page = staff.get(f"/admin/sending/{name}/").content.decode()
        assert "word word" in page
        assert "word " * 20 not in page
    assert "word " * 40 in staff.get(f"/admin/sending/postmastermail/{kept.pk}/change/").content.decode()


def test_others_do_not_see_it(client: Client) -> None:
    kept = mail()
    client.force_login(factories.user())
    for page in ("", f"{kept.pk}/change/"):
        assert client.get(f"/admin/sending/postmastermail/{page}").status_code == 302


def test_a_report_that_was_set_aside_is_read_again_by_one_act(staff: Client) -> None:
    now = datetime.now(UTC)
    report = InboundReport(kind="unknown", state="aside", read_at=now, raw=HOSTILE, summary="Not parsed: KeyError")
    report.save(force_insert=True)
    report.refresh_from_db()
    shown = staff.get(f"/admin/sending/inboundreport/{report.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    answer = staff.post(
        "/admin/sending/inboundreport/", {"action": "read_again", "_selected_action": [report.pk]}, follow=True
    )
    assert "1 report waits to be read again." in answer.content.decode()
    assert InboundReport.objects.get().state == "waiting"
    assert AuditEntry.objects.get(act="admin.read_reports_again").target == str(report.pk)


def test_only_the_newest_mails_to_postmaster_are_kept(rules: Rules) -> None:
    rules(postmaster_kept=2)
    mails = [mail() for _ in range(4)]
    retention.retire()
    retention.retire()
    assert set(PostmasterMail.objects.values_list("pk", flat=True)) == {kept.pk for kept in mails[2:]}
