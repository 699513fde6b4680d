"""What DNS says is judged as receivers would, and each fault comes with a sentence that says how to fix it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import DnsRecord
from domains.reasons import sentence
from domains.records import ExpectedRecord, RecordVerdict, expected_for, judge, misplaced

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + "ab/+" * 80 + "IDAQAB"
MX, SPF, DKIM, DMARC = expected_for(
    "mail.d.test", mx_host="mx.ses.test", spf_include="spf.ses.test", selector="ses", public_key=KEY
)
ALL = (MX, SPF, DKIM, DMARC)
TEXT = st.text(max_size=60)


def found(*values: str) -> DnsAnswer:
    return DnsAnswer(DnsStatus.FOUND, values)


def sentence_for(expected: ExpectedRecord, verdict: RecordVerdict) -> str:
    """Return what the page says about the verdict."""
    return sentence(
        DnsRecord(
            kind=expected.kind,
            host=expected.host,
            expected=expected.value,
            seen=verdict.seen,
            reason=verdict.reason,
        )
    )


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


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        (MX, ("5 mx.ses.test.",)),
        (MX, ("10 MX.SES.TEST.", "20 mx.own.test.")),
        (SPF, ("v=spf1 include:spf.ses.test ~all",)),
        (SPF, ("google-site-verification=1", "V=SPF1 a include:Other.test +include:SPF.ses.test -all")),
        (DKIM, (f"v=DKIM1; k=rsa; p={KEY}",)),
        (DKIM, (f"p={KEY[:50]} {KEY[50:]};k=rsa",)),
        (DKIM, (f"v=DKIM1;t=s; p={KEY}; n=note",)),
        (DMARC, ("v=DMARC1; p=none",)),
        (DMARC, ("v=DMARC1;p=reject;rua=mailto:d@d.test", "other text")),
    ],
)
def test_a_right_record_passes_in_every_spelling(expected: ExpectedRecord, values: tuple[str, ...]) -> None:
    verdict = judge(expected, found(*values))
    assert (verdict.state, verdict.reason) == ("passed", "")
    assert verdict.seen


@pytest.mark.parametrize(
    ("expected", "values", "state", "text"),
    [
        (MX, ("10 mx.own.test.",), "wrong", "another mail server"),
        (MX, ("5 mx.ses.test.", "5 mx.own.test."), "wrong", "smallest number"),
        (MX, ("5 mx.ses.test.", "1 mx.own.test."), "wrong", "smallest number"),
        (MX, ("5 mx.ses.test.d.test.",), "wrong", "final dot"),
        (MX, ("0 .",), "wrong", "null MX"),
        (SPF, ("v=spf1 include:spf.ses.test ~all", "v=spf1 mx -all"), "wrong", "v=spf1 include:spf.ses.test mx ~all"),
        (SPF, ("v=spf1 mx -all",), "wrong", "v=spf1 include:spf.ses.test mx ~all"),
        (SPF, ("v=spf1 include:spf.ses.test~all",), "wrong", "space is missing"),
        (SPF, ("v=spf1 -all include:spf.ses.test",), "wrong", "ignored"),
        (SPF, ("v=spf1 -include:spf.ses.test ~all",), "wrong", "does not contain"),
        (SPF, ('"v=spf1 include:spf.ses.test ~all"',), "wrong", "Quotation marks"),
        (SPF, ("spf1 include:spf.ses.test ~all",), "wrong", "begin with"),
        (SPF, ("something else",), "missing", "no SPF record"),
        (DKIM, (f'"v=DKIM1; k=rsa; p={KEY}"',), "wrong", "Quotation marks"),
        (DKIM, (f"v=DKIM1; k=rsa; p={KEY[:200]}", KEY[200:]), "wrong", "split over several"),
        (DKIM, (KEY[200:], f"v=DKIM1; k=rsa; p={KEY[:200]}"), "wrong", "split over several"),
        (DKIM, (f"v=DKIM1; k=rsa; p={KEY}", "v=DKIM1; k=rsa; p=other"), "wrong", "Keep only"),
        (DKIM, (f"v=DKIM1; k=rsa; p={KEY[:200]}",), "wrong", "cut off after 200"),
        (DKIM, (f"v=DKIM1; k=rsa; p=x{KEY}",), "wrong", "different key"),
        (DKIM, ("v=DKIM1; k=rsa; p=",), "wrong", "revokes"),
        (DKIM, ("v=DKIM1; k=rsa",), "wrong", "no p="),
        (DKIM, (f"v=DKIM1; k=ed25519; p={KEY}",), "wrong", "k="),
        (DKIM, (f"v=DKIM1; t=y; p={KEY}",), "wrong", "t=y"),
        (DMARC, ("v=DMARC1",), "wrong", "needs the tag"),
        (DMARC, ("v=DMARC1; p=maybe",), "wrong", "needs the tag"),
        (DMARC, ("v=dmarc1; p=none",), "wrong", "exactly"),
        (DMARC, ('"v=DMARC1; p=none"',), "wrong", "Quotation marks"),
        (DMARC, ("v=DMARC1; p=none", "v=DMARC1; p=reject"), "wrong", "Keep only one"),
        (DMARC, ("hello",), "missing", "no DMARC record"),
    ],
)
def test_a_fault_is_named_with_its_cure(
    expected: ExpectedRecord, values: tuple[str, ...], state: str, text: str
) -> None:
    verdict = judge(expected, found(*values))
    assert verdict.state == state
    assert text in sentence_for(expected, verdict)


@pytest.mark.parametrize("expected", ALL)
@pytest.mark.parametrize("status", [DnsStatus.NO_NAME, DnsStatus.NO_DATA])
def test_a_record_that_is_not_there_is_missing(expected: ExpectedRecord, status: DnsStatus) -> None:
    verdict = judge(expected, DnsAnswer(status))
    assert (verdict.state, verdict.seen) == ("missing", "")
    assert verdict.reason


@pytest.mark.parametrize("expected", ALL)
def test_no_answer_says_nothing_about_the_record(expected: ExpectedRecord) -> None:
    assert judge(expected, DnsAnswer(DnsStatus.UNREACHABLE)).state == "unreachable"


@pytest.mark.parametrize("expected", ALL)
def test_a_record_under_a_doubled_suffix_is_found(expected: ExpectedRecord) -> None:
    value = f"5 {expected.value}" if expected.type == "MX" else expected.value
    name = f"{expected.host}.d.test"
    assert name in misplaced(expected)
    verdict = judge(expected, DnsAnswer(DnsStatus.NO_NAME), {name: found(value)})
    assert verdict.state == "missing"
    assert f"is at {name}" in sentence_for(expected, verdict)
    assert f"as {expected.relative_host} instead" in sentence_for(expected, verdict)


def test_another_record_under_a_doubled_suffix_means_nothing() -> None:
    verdict = judge(SPF, DnsAnswer(DnsStatus.NO_NAME), {"mail.d.test.d.test": found("v=spf1 -all")})
    assert "no SPF record" in sentence_for(SPF, verdict)


def test_an_alias_that_hides_the_record_is_named() -> None:
    verdict = judge(SPF, DnsAnswer(DnsStatus.FOUND, ("v=spf1 -all",), alias="shop.example"))
    assert verdict.state == "wrong"
    assert "alias (CNAME) of shop.example" in sentence_for(SPF, verdict)


def test_an_alias_to_the_right_key_passes() -> None:
    assert judge(DKIM, DnsAnswer(DnsStatus.FOUND, (DKIM.value,), alias="keys.example")).state == "passed"


@given(
    expected=st.sampled_from(ALL),
    status=st.sampled_from(DnsStatus),
    values=st.lists(
        st.one_of(
            TEXT,
            TEXT.map("v=spf1 {}".format),
            TEXT.map("v=DKIM1; p={}".format),
            TEXT.map("v=DMARC1; p={}".format),
            TEXT.map("10 {}".format),
        ),
        max_size=4,
    ),
)
def test_any_answer_gets_a_verdict_that_fits_its_row(
    expected: ExpectedRecord, status: DnsStatus, values: list[str]
) -> None:
    verdict = judge(expected, DnsAnswer(status, tuple(values)))
    assert verdict.state in DnsRecord.State.values
    assert len(verdict.reason) <= 500
    assert (verdict.reason == "") == (verdict.state == "passed")
    assert (sentence_for(expected, verdict) == "") == (verdict.state == "passed")


@given(st.lists(st.sampled_from(["mx", "a", "ip4:192.0.2.1", "include:x.test", "-all", "~all", "?all"]), max_size=8))
def test_the_spf_record_it_proposes_passes(terms: list[str]) -> None:
    verdict = judge(SPF, found(" ".join(["v=spf1", *terms])))
    assert verdict.state == "wrong"
    reason = sentence_for(SPF, verdict)
    proposed = reason[reason.index("v=spf1") :]
    assert judge(SPF, found(proposed)).state == "passed"
    assert {term for term in terms if "all" not in term} <= set(proposed.split())


@given(st.permutations(["v=DKIM1", "k=rsa", f"p={KEY}"]), st.lists(st.integers(1, len(KEY)), max_size=5))
def test_blanks_and_the_order_of_tags_do_not_matter(tags: list[str], cuts: list[int]) -> None:
    text = ";".join(tags)
    for cut in cuts:
        at = text.index("p=") + 2 + cut
        text = f"{text[:at]} {text[at:]}"
    assert judge(DKIM, found(text)).state == "passed"


@given(st.integers(0, len(KEY) - 1))
def test_a_key_with_one_other_letter_does_not_pass(at: int) -> None:
    other = KEY[:at] + ("B" if KEY[at] != "B" else "C") + KEY[at + 1 :]
    assert judge(DKIM, found(f"v=DKIM1; k=rsa; p={other}")).state == "wrong"
