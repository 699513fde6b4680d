"""`manage.py up`: what it prints, seen from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import product
from tests.folders import data_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def secrets_of(running: product.Product) -> set[str]:
    passwords = {person["password"] for person in running.demo["users"].values()}
    return passwords | {running.demo["api"]["secret_key"]}


def test_the_demo_s_secrets_are_printed_on_the_first_start_alone(folder: Path) -> None:
    first = product.start(folder)
    product.stop(first)
    printed = "".join(first.output)
    assert {secret for secret in secrets_of(first) if secret not in printed} == set()
    second = product.start(folder)
    product.stop(second)
    printed = "".join(second.output)
    assert {secret for secret in secrets_of(second) if secret in printed} == set()
    assert second.url in printed
    assert "manage.py demo" in printed
    assert secrets_of(second) == secrets_of(first)
