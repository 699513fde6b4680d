"""How hard a receiving host may be pushed: after a run of "not now" replies it is left alone for a while."""

from __future__ import annotations

from sending.smtp.result import SmtpResult

# So many mails in a row that were put off for the sender's sake begin a pause.
RUN = 10


class Pace:
    """One receiving host's patience with us, in this process."""

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
        if self._run >= RUN:
            self._run = 0
            self._until = now + self._pause

    def wait(self, now: float) -> float:
        """Return how many seconds the pause still lasts; 0 when there is none."""
        return max(self._until - now, 0.0)


def _is_about_us(smtp_result: SmtpResult) -> bool:
    """Say whether a reply puts off the sender, not this mail: 421, or a temporary policy refusal."""
    return smtp_result.code == 421 or (smtp_result.code // 100 == 4 and smtp_result.enhanced.startswith("4.7."))
