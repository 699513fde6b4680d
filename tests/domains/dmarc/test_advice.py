"""Advice on a DMARC record never weakens a policy, and reports go on to where they went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dmarc.advice import carried_over, merged
from domains.dmarc.policy import REQUESTS, parse, reporting_uris

REQUEST = st.sampled_from(["none", "quarantine", "reject", "Reject", "maybe", ""])
TAG = st.one_of(
    st.tuples(st.sampled_from(["p", "sp", "np"]), REQUEST),
    st.tuples(
        st.sampled_from(["rua", "ruf"]), st.sampled_from(["mailto:a@b.test", "mailto:c@d.test!1m,mailto:a@b.test", "x"])
    ),
    st.tuples(st.sampled_from(["adkim", "aspf"]), st.sampled_from("rs")),
    st.tuples(st.sampled_from(["t", "psd", "pct", "fo", "x9"]), st.sampled_from(["y", "n", "50"])),
)
RECORD = st.tuples(
    st.sampled_from(["v=DMARC1; ", "v=dmarc1; ", "v=DMARC1 ", '"v=DMARC1; ', "", "V = DMARC1;"]),
    st.lists(TAG, max_size=6),
).map(lambda record: record[0] + "; ".join(f"{name}={value}" for name, value in record[1]))


@given(st.lists(RECORD, min_size=1, max_size=3), st.sampled_from(REQUESTS))
def test_the_policy_is_never_weakened_and_reports_are_kept(records: list[str], floor: str) -> None:
    advised = parse(merged(records, floor))
    assert advised is not None
    assert advised.applies
    assert not advised.twice
    assert REQUESTS.index(advised.request()) >= REQUESTS.index(floor)
    for policy in filter(None, map(parse, records)):
        assert REQUESTS.index(advised.request()) >= REQUESTS.index(policy.request())
        for name in ("rua", "ruf"):
            if name not in policy.twice:
                uris = reporting_uris(policy.tags.get(name, ""))
                assert set(uris) <= set(reporting_uris(advised.tags.get(name, "")))


@given(RECORD)
def test_what_is_carried_over_asks_for_what_applies_now(record: str) -> None:
    policy = parse(record)
    if policy is None or not policy.applies:
        return
    own = parse(carried_over(policy))
    assert own is not None
    assert own.request() == policy.request(inherited=True)
    assert own.uris == policy.uris


def test_what_was_meant_is_read() -> None:
    assert merged(["v=DMARC1 p=reject rua=mailto:a@b.test"]) == "v=DMARC1; p=reject; rua=mailto:a@b.test"
    assert merged(["p=quarantine; v=DMARC1; sp=none"]) == "v=DMARC1; p=quarantine; sp=none"
    assert merged(["v=DMARC1; p=rejct"]) == "v=DMARC1; p=reject"
    assert merged(["v=DMARC1; p=reject; sp=maybe"]) == "v=DMARC1; p=reject"
    assert merged(["v=DMARC1; t=y; p=reject", "v=DMARC1; p=none; adkim=s"]) == "v=DMARC1; p=reject; adkim=s"


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; p: reject; rua: mailto:a@b.test,mailto:p@d.test",
        "v=DMARC1;p reject;rua mailto:a@b.test,mailto:p@d.test",
        "v=DMARC1,p=reject,rua=mailto:a@b.test,mailto:p@d.test",
        "v=DMARC1：p：reject；rua＝mailto:a@b.test,mailto:p@d.test",
        "v=DMARC1\u00a0p=reject\u00a0rua=mailto:a@b.test, mailto:p@d.test",
    ],
)
def test_signs_that_stand_for_others_weaken_nothing(text: str) -> None:
    assert merged([text]) == "v=DMARC1; p=reject; rua=mailto:a@b.test,mailto:p@d.test"
