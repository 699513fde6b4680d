"""A domain's four records, and what is said of them in a DNS that a test writes."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from domains.dkim import generate
from domains.dns_answers import DnsAnswer, LookUp
from domains.judging import judge
from domains.models import DnsRecord
from domains.reasons import sentence
from domains.records import ExpectedRecord, RecordVerdict, expected_for
from tests.domains.spf.zones import Zone, dns

DOMAIN = "mail.d.test"
PLATFORM = "spf.ses.test"
OURS = "192.0.2.1"
KEY = generate(2048)[1]
MX, SPF, DKIM, DMARC = expected_for(DOMAIN, mx_host="mx.ses.test", spf_include=PLATFORM, selector="ses", public_key=KEY)
ALL = (MX, SPF, DKIM, DMARC)
OUR_RECORD: Zone = {PLATFORM: [{"TXT": f"v=spf1 ip4:{OURS}/31 -all"}]}


def verdict(expected: ExpectedRecord, *values: str, zone: Zone | None = None) -> RecordVerdict:
    """Judge records at the expected host, beside what else `zone` holds."""
    return judge(expected, around(expected, *values, zone=zone))


def around(expected: ExpectedRecord, *values: str, zone: Zone | None = None) -> LookUp:
    """Return look-ups in that DNS."""
    rows: list[Any] = [{expected.type: value.split(" ", 1) if expected.type == "MX" else value} for value in values]
    return dns({**OUR_RECORD, **(zone or {}), **({expected.host: rows} if rows else {})})


def always(answer: DnsAnswer) -> LookUp:
    """Return look-ups that all end in the same way."""
    return lambda name, type: answer


def sentence_for(expected: ExpectedRecord, verdict: RecordVerdict, language: str = "en") -> str:
    """Return what the page says about the verdict."""
    row = DnsRecord(
        kind=expected.kind,
        host=expected.host,
        expected=verdict.value or expected.value,
        seen=verdict.seen,
        reason=verdict.reason,
    )
    with translation.override(language):
        return sentence(row)
