"""A host that says "not now" again and again is left alone for a while."""

from __future__ import annotations

import pytest

from sending.delivery.throttle import REPLIES_BEFORE_PAUSE, Pace
from sending.smtp.result import Failure, SmtpResult

BUSY = SmtpResult(code=421, enhanced="4.7.0", stage="mail")


def test_a_run_of_refusals_begins_a_pause_that_ends_by_itself() -> None:
    pace = Pace(600)
    for _ in range(REPLIES_BEFORE_PAUSE - 1):
        pace.note(BUSY, 100.0)
    assert pace.wait(100.0) == 0
    pace.note(BUSY, 100.0)
    assert pace.wait(100.0) == 600
    assert pace.wait(500.0) == 200
    assert pace.wait(700.0) == 0


@pytest.mark.parametrize(
    "other",
    [
        SmtpResult(code=250, stage="body"),
        SmtpResult(code=451, enhanced="4.2.2", stage="rcpt"),
        SmtpResult(code=550, enhanced="5.1.1", stage="rcpt"),
        SmtpResult(failure=Failure.LOST),
    ],
)
def test_any_other_answer_ends_the_run(other: SmtpResult) -> None:
    pace = Pace(600)
    for _ in range(REPLIES_BEFORE_PAUSE - 1):
        pace.note(BUSY, 0.0)
    pace.note(other, 0.0)
    pace.note(BUSY, 0.0)
    assert pace.wait(0.0) == 0


def test_a_temporary_policy_reply_counts_as_not_now() -> None:
    pace = Pace(600)
    for _ in range(REPLIES_BEFORE_PAUSE):
        pace.note(SmtpResult(code=451, enhanced="4.7.1", stage="rcpt"), 0.0)
    assert pace.wait(0.0) == 600
