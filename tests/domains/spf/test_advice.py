"""Advice on any record allows our servers, takes nobody's permission away and weakens no `all`."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domains.spf.advice import merged
from domains.spf.evaluation import MAX_LOOK_UPS, check_host
from domains.spf.grammar import is_spf, parse
from domains.spf.repair import recovered
from tests.domains.judged import DOMAIN, OURS, PLATFORM, SPF, around, verdict
from tests.domains.spf.test_evaluation import sender
from tests.domains.spf.zones import Zone

ZONE: Zone = {
    "a.test": [{"TXT": "v=spf1 ip4:198.51.100.1 include:b.test -all"}],
    "b.test": [{"TXT": "v=spf1 ip4:198.51.100.2 ?all"}],
    "c.test": [{"TXT": "v=spf1 ip4:198.51.100.3 redirect=a.test"}],
    "long.test": [{"TXT": "v=spf1 a:h.test a:h.test a:h.test a:h.test a:h.test ip4:198.51.100.4 ~all"}],
    "broken.test": [{"TXT": "v=spf1 ip4:198.51.100.5 oops -all"}],
    "none.test": [{"A": "198.51.100.6"}],
    "h.test": [{"A": "198.51.100.7"}],
    DOMAIN: [{"A": "198.51.100.8"}, {"MX": [10, "h.test"]}],
    "open.test": [{"TXT": "v=spf1 +all"}],
}
SENDERS = [OURS, "203.0.113.9", *(f"198.51.100.{number}" for number in range(1, 9))]
MECHANISMS = [
    "a", "mx", "ptr", "a:h.test", "a:gone.test", "mx:gone.test", "ip4:198.51.100.6", "ip4:198.51.100.0/30", "ip6:2001:db8::/32",
    "include:a.test", "include:b.test.", "include:c.test", "include:long.test", "include:none.test", "include:broken.test",
    "include:error.test", "exists:h.test", "include:open.test", f"include:{PLATFORM}", f"INCLUDE:{PLATFORM}.", "ip4:192.0.2.0/24", "all",
]  # fmt: skip
MODIFIERS = ["redirect=a.test", "redirect=b.test", "redirect=long.test", f"redirect={PLATFORM}", "exp=e.test", "x=y"]
INVALID = ["oops", "ip4:1.2.3", "include:", "redirect="]
TERMS = st.one_of(
    st.tuples(st.sampled_from(["", "+", "-", "~", "?"]), st.sampled_from(MECHANISMS)).map("".join),
    st.sampled_from(MODIFIERS),
    st.sampled_from(INVALID),
)
RECORDS = st.lists(TERMS, max_size=6).map(lambda terms: " ".join(["v=spf1", *terms]))
STRICTNESS = "+?~-"


def zone_with(*records: str) -> Zone:
    return {**ZONE, DOMAIN: [*ZONE[DOMAIN], *({"TXT": text} for text in records)]}


def results(*records: str) -> dict[str, str]:
    look_up = around(SPF, zone=zone_with(*records))
    return {ip: check_host(look_up, sender(ip), DOMAIN).result for ip in SENDERS}


@settings(max_examples=300)
@example(["v=spf1 a include:a.test include:long.test include:broken.test"])
@given(st.lists(RECORDS, min_size=1, max_size=3))
def test_whom_the_record_allowed_stays_allowed_and_we_are_too(records: list[str]) -> None:
    found = verdict(SPF, zone=zone_with(*records))
    if found.state == "unreachable":
        assert found.value == ""
        return
    assert is_spf(found.value)
    assert not parse(found.value).invalid
    before, after = results(*records), results(found.value)
    said = found.reason.split()[0] if found.reason else ""
    if "full" in said or said == "spf_look_ups":
        return
    assert {ip for ip in SENDERS if before[ip] == "pass"} <= {ip for ip in SENDERS if after[ip] == "pass"}
    assert after[OURS] in {"pass", "temperror"}


@given(st.lists(RECORDS, min_size=1, max_size=3))
def test_no_record_is_pushed_over_the_limit_in_silence(records: list[str]) -> None:
    found = verdict(SPF, zone=zone_with(*records))
    if found.state != "wrong" or "include:error.test" in found.value:
        return
    count = check_host(around(SPF, zone=zone_with(found.value)), sender(OURS), DOMAIN, to_end=True).count
    if count > MAX_LOOK_UPS:
        assert found.reason.split()[0] in {"spf_full", "spf_several_full", "spf_look_ups"}


@given(st.lists(RECORDS, min_size=1, max_size=3), st.booleans())
def test_all_is_never_weakened(records: list[str], first: bool) -> None:
    read = [parse(text) for text in records]
    end = parse(merged(read, PLATFORM, first=first)).all
    others = [
        record.all for record in read if record.all and any(PLATFORM not in term.text.lower() for term in record.heard)
    ]
    if len(read) == 1 and read[0].all:
        assert end
        assert end.qualifier == read[0].all.qualifier
    for other in others:
        assert end
        assert STRICTNESS.index(end.qualifier) >= STRICTNESS.index(other.qualifier)
    if not any(record.all for record in read):
        assert end is None


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_it_is_one_record_with_our_include_once(records: list[str]) -> None:
    text = merged([parse(record) for record in records], PLATFORM)
    assert text.lower().count("v=spf1") == 1
    assert text.lower().split().count(f"include:{PLATFORM}") == 1
    assert len([term for term in text.split() if term.startswith("redirect=")]) <= 1


@given(st.text(max_size=80))
def test_any_text_is_read_or_not(text: str) -> None:
    record = recovered(text)
    assert record is None or not parse(merged([record], PLATFORM)).invalid
