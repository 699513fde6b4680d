"""The addresses of an attempt: few, none twice, the best first, and some of each kind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sending.delivery.host_order import MAX_ADDRESSES, by_preference, chosen, unique
from sending.smtp.host import Host

ADDRESSES = [f"8.8.8.{n}" for n in range(6)] + [f"2001:4860::{n}" for n in range(1, 5)] + ["::ffff:8.8.8.1"]
hosts = st.lists(st.builds(Host, st.sampled_from(["a", "b", "c", "d", "e", "f"]), st.sampled_from(ADDRESSES)))


def is_ipv6(host: Host) -> bool:
    return ":" in host.address


@given(hosts)
def test_an_attempt_has_some_of_each_name_and_of_both_families(found: list[Host]) -> None:
    candidates = unique(found)
    tried = chosen(candidates)
    assert len(tried) == min(len(candidates), MAX_ADDRESSES)
    assert [host for host in candidates if host in tried] == list(tried)
    assert tried[:1] == tuple(candidates[:1])
    assert {is_ipv6(host) for host in tried} == {is_ipv6(host) for host in candidates}
    names = {host.name for host in candidates}
    assert len({host.name for host in tried}) >= min(len(names), MAX_ADDRESSES - 1)


@given(hosts)
def test_no_address_comes_twice(found: list[Host]) -> None:
    addresses = [host.address.removeprefix("::ffff:") for host in unique(found)]
    assert len(addresses) == len(set(addresses))
    assert set(addresses) == {host.address.removeprefix("::ffff:") for host in found}


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcdef"))))
def test_names_come_by_their_best_preference(preferences: list[tuple[int, str]]) -> None:
    ordered = by_preference(preferences)
    best = [min(preference for preference, name in preferences if name == found) for found in ordered]
    assert best == sorted(best)
    assert sorted(ordered) == sorted({name for _, name in preferences})
