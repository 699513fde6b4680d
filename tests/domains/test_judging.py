"""What DNS says is judged as receivers would, and each fault comes with a sentence that says how to fix it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dns_answers import DnsAnswer, DnsStatus
from domains.judging import judge, printable
from domains.models import DnsRecord
from domains.records import ExpectedRecord, misplaced
from tests.domains.judged import ALL, DKIM, DMARC, KEY, MX, OUR_RECORD, SPF, always, sentence_for, verdict
from tests.domains.spf.zones import dns

TEXT = st.text(max_size=60)


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        (MX, ("5 mx.ses.test.",)),
        (SPF, ("v=spf1 include:spf.ses.test ~all",)),
        (SPF, ("google-site-verification=1", "V=SPF1 +include:SPF.ses.test -all")),
        (DKIM, (f"v=DKIM1; k=rsa; p={KEY}",)),
        (DMARC, ("v=DMARC1; p=none",)),
        (DMARC, ("v=DMARC1;p=reject;rua=mailto:d@d.test", "other text")),
    ],
)
def test_a_right_record_passes_and_is_what_to_enter(expected: ExpectedRecord, values: tuple[str, ...]) -> None:
    found = verdict(expected, *values)
    assert (found.state, found.reason) == ("passed", "")
    assert found.seen
    if expected in {SPF, DMARC}:
        assert found.value == found.seen


@pytest.mark.parametrize("expected", ALL)
@pytest.mark.parametrize("status", [DnsStatus.NO_NAME, DnsStatus.NO_DATA])
def test_a_record_that_is_not_there_is_missing(expected: ExpectedRecord, status: DnsStatus) -> None:
    found = judge(expected, always(DnsAnswer(status)))
    assert (found.state, found.seen, found.value) == ("missing", "", expected.value)
    assert found.reason


@pytest.mark.parametrize("expected", ALL)
def test_no_answer_says_nothing_about_the_record_nor_what_to_enter(expected: ExpectedRecord) -> None:
    found = judge(expected, always(DnsAnswer(DnsStatus.UNREACHABLE)))
    assert (found.state, found.value) == ("unreachable", "")


@pytest.mark.parametrize("expected", ALL)
def test_a_record_under_a_doubled_suffix_is_found(expected: ExpectedRecord) -> None:
    name = f"{expected.host}.d.test"
    assert name in misplaced(expected)
    held = [{"MX": [5, expected.value]}] if expected.type == "MX" else [{"TXT": expected.value}]
    found = judge(expected, dns({**OUR_RECORD, name: held}))
    assert found.state == "missing"
    assert f"is at {name}" in sentence_for(expected, found)
    assert f"as {expected.relative_host} instead" in sentence_for(expected, found)


def test_another_record_under_a_doubled_suffix_means_nothing() -> None:
    found = verdict(SPF, zone={"mail.d.test.d.test": [{"TXT": "v=spf1 -all"}]})
    assert "no SPF record" in sentence_for(SPF, found)


def test_an_alias_is_named_and_a_website_keeps_it() -> None:
    answer = DnsAnswer(DnsStatus.FOUND, ("v=spf1 -all",), alias="shop.example")
    others = dns(OUR_RECORD)
    found = judge(SPF, lambda name, type: answer if name == SPF.host else others(name, type))
    assert found.state == "wrong"
    assert "alias (CNAME) of shop.example" in sentence_for(SPF, found)
    assert "send from another subdomain" in sentence_for(SPF, found)


def test_an_alias_to_the_right_key_passes() -> None:
    assert judge(DKIM, always(DnsAnswer(DnsStatus.FOUND, (DKIM.value,), alias="keys.example"))).state == "passed"


def test_each_question_is_asked_once() -> None:
    asked: list[tuple[str, str]] = []
    answers = dns({**OUR_RECORD, SPF.host: [{"TXT": "v=spf1 a mx include:spf.ses.test -all"}]})

    def look_up(name: str, type: str) -> DnsAnswer:
        asked.append((name, type))
        return answers(name, type)

    judge(SPF, look_up)
    assert len(asked) == len(set(asked))


def test_any_text_can_be_stored() -> None:
    assert printable("a\x00b\r\n\tü\u202e") == "a\\x00b\\x0d\\x0a\tü\\x202e"


@given(
    expected=st.sampled_from(ALL),
    status=st.sampled_from(DnsStatus),
    values=st.lists(
        st.one_of(
            TEXT,
            TEXT.map("v=spf1 {}".format),
            TEXT.map("v=DKIM1; p={}".format),
            TEXT.map("v=DMARC1; p={}".format),
        ),
        max_size=4,
    ),
)
def test_any_answer_gets_a_verdict_that_fits_its_row(
    expected: ExpectedRecord, status: DnsStatus, values: list[str]
) -> None:
    answer = DnsAnswer(status, tuple(values))
    others = dns(OUR_RECORD)
    found = judge(expected, lambda name, type: answer if name == expected.host else others(name, type))
    assert found.state in DnsRecord.State.values
    assert len(found.reason) <= 500
    if found.state != "passed":
        assert sentence_for(expected, found)
    for text in (found.seen, found.reason, found.value, *(step.found for step in found.steps)):
        assert "\x00" not in text
