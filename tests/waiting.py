"""How long a test waits for an outcome: one limit for all, far beyond what a slow and busy machine needs.

It ends a test that would hang; no test says by it how fast anything is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

WAIT_SECONDS = 600
# For each single act on a page, in Playwright's unit: a page that is broken fails its test sooner.
PAGE_MILLISECONDS = 120_000


def until(condition: Callable[[], object], what: str = "the outcome") -> None:
    """Return once `condition` holds; fail, saying what never came, after `WAIT_SECONDS`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {WAIT_SECONDS} s for {what}"
        time.sleep(0.02)
