"""The judgement on a domain's mail servers (RFC 5321 5.1, RFC 7505). Pure."""

from __future__ import annotations

from domains.dns_answers import DnsAnswer, LookUp
from domains.records import ExpectedRecord, Judgement


def judge(expected: ExpectedRecord, answer: DnsAnswer, look_up: LookUp) -> Judgement:
    """Say whether what is sent to the domain reaches us first."""
    hosts = sorted(_exchange(value) for value in answer.found)
    ours = expected.value.removesuffix(".").lower()
    if not hosts:
        # Without an MX a name's own address takes its mail.
        implicit = any(look_up(expected.host, type).found for type in ("A", "AAAA"))
        return Judgement("missing", "mx_implicit" if implicit else "mx_missing")
    reason = _fault(hosts, ours)
    return Judgement("wrong" if reason else "passed", reason, answer.found)


def holds(expected: ExpectedRecord, values: tuple[str, ...]) -> bool:
    """Say whether our mail server is among the records."""
    return any(_exchange(value)[1] == expected.value.removesuffix(".").lower() for value in values)


def _fault(hosts: list[tuple[int, str]], ours: str) -> str:
    names = [name for _, name in hosts]
    if "" in names:
        return "mx_null"
    if ours not in names:
        return "mx_suffixed" if any(name.startswith(f"{ours}.") for name in names) else "mx_other"
    first = min(number for number, name in hosts if name == ours)
    return "mx_outranked" if any(number <= first for number, name in hosts if name != ours) else ""


def _exchange(value: str) -> tuple[int, str]:
    number, _, host = value.strip().partition(" ")
    return (int(number) if number.isdecimal() else 0), host.strip().removesuffix(".").lower()
