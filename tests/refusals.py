"""What acts refuse: the one way in which tests look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from accounts.errors import Refused


@contextmanager
def refused(code: str = "", *, match: str | None = None) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """Expect a refusal, with this code and a message that matches where they are given."""
    with pytest.raises(Refused, match=match) as caught:
        yield caught
    assert not code or caught.value.code == code


def refusal_of(act: Callable[[], Any]) -> Refused | None:
    """Return with what `act` is refused, None when it is not."""
    try:
        act()
    except Refused as refused:
        return refused
    return None


def code_of(act: Callable[[], Any]) -> str | None:
    """Return the code with which `act` is refused, None when it is not."""
    refused = refusal_of(act)
    return refused.code if refused else None
