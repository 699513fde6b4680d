from __future__ import annotations

from typing import Any

from stats.rollup import COUNTERS
from tests.sending.smtp.sink import ReceivedMail
from tests.torture import verdict

PROMISED = {"one": "a@torture.test", "two": "b@torture.test"}


def arrived(*recipients: str, raw: bytes = b"same") -> list[ReceivedMail]:
    return [ReceivedMail("", recipient, raw, 0.0) for recipient in recipients]


def broken(findings: list[verdict.Finding]) -> list[str]:
    return [finding.what.partition(",")[0] for finding in findings if not finding.holds]


def test_every_mail_once_keeps_the_promise() -> None:
    assert broken(verdict.mails(PROMISED, arrived(*PROMISED.values()), allowed=0)) == []


def test_a_promised_mail_that_never_came_is_lost() -> None:
    assert broken(verdict.mails(PROMISED, arrived("a@torture.test"), allowed=9)) == ["mails promised and not delivered"]


def test_more_copies_than_the_faults_explain_are_a_fault() -> None:
    copies = arrived("a@torture.test", "a@torture.test", "b@torture.test")
    assert broken(verdict.mails(PROMISED, copies, allowed=1)) == []
    assert broken(verdict.mails(PROMISED, copies, allowed=0)) == ["copies"]


def test_a_copy_with_other_bytes_is_a_fault() -> None:
    copies = [*arrived(*PROMISED.values()), *arrived("a@torture.test", raw=b"other")]
    assert broken(verdict.mails(PROMISED, copies, allowed=9)) == ["copies that differ"]


def test_a_figure_that_is_not_the_number_of_its_events_is_named() -> None:
    def query(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(7 if name == "delivered" and "hourvolume" in sql else 5 for name in COUNTERS)]

    (finding,) = verdict.statistics(query)
    assert not finding.holds
    assert finding.found == "hourvolume.delivered 7 of 5"
