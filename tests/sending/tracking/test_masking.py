"""What a stranger with the link sees of an address."""

from __future__ import annotations

import pytest

from sending.tracking.masking import masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("alice@example.com", "a•••e@example.com"),
        ("bob@example.com", "b•••@example.com"),
        ("b@example.com", "b•••@example.com"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
