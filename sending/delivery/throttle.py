"""When a site is left alone for a while: after several replies in a row that put off the sender, not the mail."""

from __future__ import annotations

from sending.smtp.result import SmtpResult

# So many such replies in a row begin a pause.
REPLIES_BEFORE_PAUSE = 10


class Pace:
    """The pauses of one site, in this process."""

    def __init__(self, pause: float) -> None:
        """`pause` is how long a pause lasts, in seconds."""
        self._pause = pause
        self._run = 0
        self._until = 0.0

    def note(self, smtp_result: SmtpResult, now: float) -> None:
        """Take a reply into account; `now` is on the monotonic clock, in seconds."""
        if not _is_about_us(smtp_result):
            self._run = 0
            return
        self._run += 1
        if self._run >= REPLIES_BEFORE_PAUSE:
            self._run = 0
            self._until = now + self._pause

    def wait(self, now: float) -> float:
        """Return how many seconds the pause still lasts; 0 when there is none."""
        return max(self._until - now, 0.0)


def _is_about_us(smtp_result: SmtpResult) -> bool:
    """Say whether a reply puts off the sender, not this mail: 421, or a temporary policy refusal."""
    return smtp_result.code == 421 or (smtp_result.code // 100 == 4 and smtp_result.enhanced.startswith("4.7."))
