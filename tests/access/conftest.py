"""No page of this walk waits for the world outside."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _no_dns(settings: Settings) -> None:
    # Nothing can be asked at port 0, so a look-up ends at once without an answer.
    settings.SIMULATOR_DNS_PORT = 0
