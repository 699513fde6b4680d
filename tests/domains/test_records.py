"""The records a domain needs, and where they are entered."""

from __future__ import annotations

from domains.records import expected_for, is_quoted, misplaced
from tests.domains.judged import ALL, KEY, SPF


def test_the_four_records_stand_at_their_hosts() -> None:
    assert [(record.kind, record.type, record.host, record.relative_host) for record in ALL] == [
        ("mx", "MX", "mail.d.test", "mail"),
        ("spf", "TXT", "mail.d.test", "mail"),
        ("dkim", "TXT", "ses._domainkey.mail.d.test", "ses._domainkey.mail"),
        ("dmarc", "TXT", "_dmarc.mail.d.test", "_dmarc.mail"),
    ]
    assert [record.value for record in ALL] == [
        "mx.ses.test.",
        "v=spf1 include:spf.ses.test ~all",
        f"v=DKIM1; k=rsa; p={KEY}",
        "v=DMARC1; p=none",
    ]


def test_at_the_zone_itself_the_host_is_an_at_sign() -> None:
    mx, *_ = expected_for("d.test", mx_host="m.test", spf_include="s.test", selector="ses", public_key=KEY)
    assert mx.relative_host == "@"


def test_a_dns_host_may_have_appended_the_zone_or_the_domain() -> None:
    assert misplaced(SPF) == ("mail.d.test.d.test", "mail.d.test.mail.d.test")


def test_marks_of_a_form_are_seen() -> None:
    assert is_quoted('"v=spf1 -all"')
    assert is_quoted("“v=spf1 -all”")
    assert is_quoted("v=DMARC1\\; p=none")
    assert not is_quoted("v=spf1 -all")
