"""A DNS that says what a test tells it."""

from __future__ import annotations

from collections.abc import Callable

from domains import verification
from domains.models import SenderDomain
from domains.resolver import Answer, Status


class FakeResolver:
    """Answers from a dict (name, type) -> Answer; every other name does not exist. Remembers the questions."""

    def __init__(self, answers: dict[tuple[str, str], Answer] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def look_up(self, name: str, type: str) -> Answer:
        self.asked.append((name, type))
        self.meanwhile()
        return self.answers.get((name, type), Answer(Status.NO_NAME))


def right(domain: SenderDomain) -> FakeResolver:
    """Return a DNS that holds all the records of `domain`."""
    return FakeResolver(
        {
            (one.host, one.type): Answer(Status.FOUND, (f"5 {one.value}" if one.type == "MX" else one.value,))
            for one in verification.wanted_records(domain)
        }
    )


def silent(domain: SenderDomain) -> FakeResolver:
    """Return a DNS that gives no answer for `domain`."""
    return FakeResolver(
        {(one.host, one.type): Answer(Status.UNREACHABLE) for one in verification.wanted_records(domain)}
    )
