"""The verdict on what DNS says of a record. Pure: DNS is asked through `look_up`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from domains import key_records, mx_records
from domains.dmarc import judgement as dmarc
from domains.dns_answers import DnsAnswer, DnsStatus, LookUp
from domains.records import ExpectedRecord, Judgement, Kind, RecordVerdict, misplaced
from domains.spf import judgement as spf

MAX_SEEN = 4000
MAX_REASON = 500

_JUDGES: dict[Kind, Callable[[ExpectedRecord, DnsAnswer, LookUp], Judgement]] = {
    "mx": mx_records.judge,
    "spf": spf.judge,
    "dkim": key_records.judge,
    "dmarc": dmarc.judge,
}
_HOLDS: dict[Kind, Callable[[ExpectedRecord, tuple[str, ...]], bool]] = {
    "mx": mx_records.holds,
    "spf": spf.holds,
    "dkim": key_records.holds,
    "dmarc": dmarc.holds,
}


def judge(expected: ExpectedRecord, look_up: LookUp) -> RecordVerdict:
    """Look a record up and say whether it does what it is for, as receivers would."""
    asked: dict[tuple[str, str], DnsAnswer] = {}

    def once(name: str, type: str) -> DnsAnswer:
        if (name, type) not in asked:
            asked[name, type] = look_up(name, type)
        return asked[name, type]

    answer = once(expected.host, expected.type)
    if answer.status is DnsStatus.UNREACHABLE:
        return RecordVerdict("unreachable", reason="unreachable")
    judged = _JUDGES[expected.kind](expected, answer, once)
    reason = judged.reason
    if judged.state in {"missing", "wrong"}:
        reason = _alias(answer) or _misplaced(expected, once) or reason
    return RecordVerdict(
        judged.state,
        "\n".join(map(printable, judged.found))[:MAX_SEEN],
        printable(reason)[:MAX_REASON],
        _enterable(judged.value or expected.value) if judged.state != "unreachable" else "",
        tuple(replace(step, term=printable(step.term), found=_lines(step.found)) for step in judged.steps),
    )


def printable(text: str) -> str:
    """Return a text that can be stored and shown; what cannot be printed, but for TAB, stands as \\x and its number."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}" for char in text)


def _lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _enterable(text: str) -> str:
    """Return a value as it can be typed into a form: a TAB between tags is as good as a space."""
    return printable(text.replace("\t", " "))


def _alias(answer: DnsAnswer) -> str:
    return f"alias {answer.alias}" if answer.alias else ""


def _misplaced(expected: ExpectedRecord, look_up: LookUp) -> str:
    for name in misplaced(expected):
        if _HOLDS[expected.kind](expected, look_up(name, expected.type).found):
            return f"misplaced {name}"
    return ""
