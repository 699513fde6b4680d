"""What a misspelled record is meant to say: no sender and no `all` gets lost, and what can be read is not touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.spf.advice import merged
from domains.spf.grammar import parse
from domains.spf.repair import is_glued, recovered, repaired
from tests.domains.judged import PLATFORM, SPF, verdict
from tests.domains.spf.zones import Zone

GOOGLE: Zone = {"_spf.g.test": [{"TXT": "v=spf1 ip4:198.51.100.0/24 ~all"}]}
TERMS = [
    "mx",
    "a/24",
    "a:h.test",
    "include:_spf.g.test",
    "ip4:198.51.100.1",
    "ip6:2001:db8::/32",
    "exists:%{i}.e.test",
    "ptr",
]
ALL = ["-all", "~all", "?all", "+all"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("v=spf1 include:_spf.g.test~all", "include:_spf.g.test {} ~all"),
        ("v=spf1 include:_spf.g.test-all", "include:_spf.g.test {} -all"),
        ("v=spf1 include:_spf.g.test.-all", "include:_spf.g.test {} -all"),
        ("v=spf1 ip4:198.51.100.1?all", "ip4:198.51.100.1 {} ?all"),
        ("v=spf1 mx-all", "mx {} -all"),
        ("v=spf1 include:_spf.g.test, mx, -all", "include:_spf.g.test mx {} -all"),
        ("v=spf1 include:_spf.g.test;mx ~all;", "include:_spf.g.test mx {} ~all"),
        ("v=spf1 ip4:198.51.100.1,198.51.100.2 -all", "ip4:198.51.100.1 ip4:198.51.100.2 {} -all"),
        ("v=spf1 include: _spf.g.test ip4: 198.51.100.1 -all", "include:_spf.g.test ip4:198.51.100.1 {} -all"),
        ("v=spf1 mx - all", "mx {} -all"),
        ("v=spf1 - mx - include:_spf.g.test - all", "mx include:_spf.g.test {} -all"),
        ("v=spf1 mx \u2013all", "mx {} -all"),
        ("v=spf1 mx \uff5eall", "mx {} ~all"),
        ("v=spf1 mx ~all.", "mx {} ~all"),
        ('v=spf1 mx "-all"', "mx {} -all"),
        ("v=spf1 mx\u00a0-all", "mx {} -all"),
        ("v=spf1 mx\t-all", "mx {} -all"),
        ("v=spf1 ipv4:198.51.100.1 ip:198.51.100.2 -all", "ip4:198.51.100.1 ip4:198.51.100.2 {} -all"),
        ("v=spf1 ip4:2001:db8::1 a:198.51.100.0/24 -all", "ip6:2001:db8::1 ip4:198.51.100.0/24 {} -all"),
        ("v=spf1 v=spf1 mx -all", "mx {} -all"),
        ("v=spf1, include:_spf.g.test, - all", "include:_spf.g.test {} -all"),
    ],
)
def test_the_advice_on_a_misspelled_record_keeps_its_senders_and_its_all(text: str, kept: str) -> None:
    found = verdict(SPF, text, zone=GOOGLE)
    assert (found.state, found.value) == ("wrong", "v=spf1 " + kept.format(f"include:{PLATFORM}"))


@pytest.mark.parametrize(
    "text", ["v=spf1 mx oops -all", "v=spf1 ip4:198.51.100 -all", "v=spf1 include: -all", "v=spf1 - mx -all"]
)
def test_what_nobody_can_make_out_is_left_out(text: str) -> None:
    assert str(verdict(SPF, text).value).endswith(f"include:{PLATFORM} -all")


def damaged(terms: list[str]) -> st.SearchStrategy[str]:
    """Return records in which one of the terms is written as people do by mistake."""
    ways = [
        lambda term: f"{term},",
        lambda term: f"{term};",
        lambda term: f'"{term}"',
        lambda term: f"\u201c{term}\u201d",
        lambda term: f"\u00a0{term}",
        lambda term: term.replace(":", ": ", 1),
    ]
    return st.builds(
        lambda place, way: " ".join(["v=spf1", *terms[:place], way(terms[place]), *terms[place + 1 :]]),
        st.integers(0, len(terms) - 1),
        st.sampled_from(ways),
    )


@given(st.data())
def test_a_slip_in_one_term_changes_none(data: st.DataObject) -> None:
    terms = data.draw(st.lists(st.sampled_from(TERMS), min_size=1, max_size=4))
    terms.append(data.draw(st.sampled_from(ALL)))
    assert repaired(data.draw(damaged(terms))) == parse(" ".join(["v=spf1", *terms]))


@given(
    st.lists(
        st.sampled_from([*TERMS, *ALL, "redirect=r.test", "x-note=a,b;c", "exp=why.test"]), max_size=6, unique=True
    )
)
def test_a_record_that_can_be_read_is_read_as_it_is(terms: list[str]) -> None:
    text = " ".join(["v=spf1", *terms])
    assert repaired(text) == parse(text)


@given(st.text(max_size=60))
def test_any_text_becomes_a_record_that_can_be_read(text: str) -> None:
    assert not parse(merged([repaired(f"v=spf1 {text}")], PLATFORM)).invalid
    record = recovered(text)
    assert record is None or not parse(merged([record], PLATFORM)).invalid


@pytest.mark.parametrize(
    ("text", "glued"),
    [
        (f"v=spf1 include:{PLATFORM}.-all", True),
        (f"v=spf1 include:{PLATFORM}~all", True),
        ("v=spf1 mx include:other.test-all", True),
        (f"v=spf1 include:x{PLATFORM} -all", False),
        ("v=spf1 include:other.test-all oops", False),
        ("v=spf1 include:shop-all.test ~all", False),
        ("v=spf1 redirect=other.test~all", False),
        ("v=spf1 exists:%{i}.e.test -all", False),
    ],
)
def test_a_missing_space_is_seen(text: str, glued: bool) -> None:
    assert is_glued(text) is glued
