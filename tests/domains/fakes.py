"""A DNS that says what a test tells it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from domains import verification
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain


class FakeResolver:
    """Answers from a dict (name, type) -> DnsAnswer; every other name does not exist. Remembers the questions."""

    def __init__(self, answers: dict[tuple[str, str], DnsAnswer] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def look_up(self, name: str, type: str) -> DnsAnswer:
        self.asked.append((name, type))
        self.meanwhile()
        return self.answers.get((name, type), DnsAnswer(DnsStatus.NO_NAME))


def right(domain: SenderDomain) -> FakeResolver:
    """Return a DNS that holds all the records of `domain`."""
    return FakeResolver(
        {
            (record.host, record.type): DnsAnswer(
                DnsStatus.FOUND, (f"5 {record.value}" if record.type == "MX" else record.value,)
            )
            for record in verification.expected_records(domain)
        }
        | {(settings.SPF_INCLUDE, "TXT"): DnsAnswer(DnsStatus.FOUND, ("v=spf1 ip4:192.0.2.1 -all",))}
    )


def silent(domain: SenderDomain) -> FakeResolver:
    """Return a DNS that gives no answer for `domain`."""
    return FakeResolver(
        {
            (record.host, record.type): DnsAnswer(DnsStatus.UNREACHABLE)
            for record in verification.expected_records(domain)
        }
    )
