"""A DMARC policy record is read by the grammar of RFC 9989 4.8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dmarc.policy import parse, reporting_uris


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1",
        "v=DMARC1;",
        "v=DMARC1; p=none",
        "v = DMARC1 ;p=none",
        "V=DMARC1; p=none",
        "v=DMARC1;\tp=none;",
        "v\t=\tDMARC1",
    ],
)
def test_what_is_a_policy(text: str) -> None:
    assert parse(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "v=dmarc1; p=none",
        "p=none; v=DMARC1",
        "v=DMARC1 p=none",
        "v=DMARC11",
        "v=DMARC2; p=none",
        "",
        '"v=DMARC1; p=none"',
        "\nv=DMARC1",
        " v=DMARC1; p=none",
        "v=DMARC1,p=none",
    ],
)
def test_what_receivers_discard(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "applies", "request_", "inherited"),
    [
        ("v=DMARC1; p=none", True, "none", "none"),
        ("v=DMARC1; p=Reject", True, "reject", "reject"),
        ("v=DMARC1; p=quarantine; sp=none", True, "quarantine", "none"),
        ("v=DMARC1; p=none; sp=reject; np=reject", True, "none", "reject"),
        ("v=DMARC1; p=reject; adkim=x; pct=abc; what=ever; ;;rubbish", True, "reject", "reject"),
        ("v=DMARC1; rua=mailto:d@d.test", True, "none", "none"),
        ("v=DMARC1; p=maybe; rua=mailto:d@d.test!10m", True, "none", "none"),
        ("v=DMARC1; p=reject; sp=maybe; rua=mailto:d@d.test", True, "none", "none"),
        ("v=DMARC1; p=reject; np=maybe", False, "none", "none"),
        ("v=DMARC1", False, "none", "none"),
        ("v=DMARC1; p=maybe; rua=d@d.test", False, "none", "none"),
        ("v=DMARC1; p=", False, "none", "none"),
        ("v=DMARC1; P=reject", False, "none", "none"),
    ],
)
def test_what_a_policy_asks_for(text: str, applies: bool, request_: str, inherited: str) -> None:
    policy = parse(text)
    assert policy is not None
    assert (policy.applies, policy.request(), policy.request(inherited=True)) == (applies, request_, inherited)


def test_addresses_of_reports() -> None:
    text = "mailto:a@b.test, https://r.test/x , mailto:nobody, plain@b.test,mailto:c@d.test!5k"
    assert reporting_uris(text) == ["mailto:a@b.test", "https://r.test/x", "mailto:c@d.test!5k"]


def test_names_that_stand_twice_are_known() -> None:
    policy = parse("v=DMARC1; p=none; p=reject; rua=mailto:a@b.test")
    assert policy is not None
    assert policy.twice == {"p"}


@given(st.text(max_size=80))
def test_any_text_is_read_or_discarded(text: str) -> None:
    policy = parse(f"v=DMARC1;{text}")
    assert policy is not None
    assert policy.request() in {"none", "quarantine", "reject"}
    parse(text)
