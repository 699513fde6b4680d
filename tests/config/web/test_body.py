from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.web import body
from config.web.body import IN_MEMORY, Body, BodyPace, Room, Spool

PATIENT = BodyPace(silence=60, bytes_per_second=500, total=600)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with ThreadPoolExecutor(1) as threads:
        yield Spool(tmp_path / "spool", threads, memory=Room(1_000_000), disk=Room(1_000_000))


def receiver(pieces: Iterable[bytes], *, ends: bool = True) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def come() -> AsyncIterator[dict[str, Any]]:
        sent = list(pieces)
        for at, piece in enumerate(sent):
            yield {"type": "http.request", "body": piece, "more_body": not (ends and at == len(sent) - 1)}
        while True:
            yield {"type": "http.disconnect"}

    messages = come()
    return lambda: anext(messages)


def read(
    spool: Spool, pieces: Iterable[bytes], *, ends: bool = True, declared: int | None = None, max_bytes: int = 500_000
) -> Body:
    whole = body.read(receiver(pieces, ends=ends), spool, declared=declared, max_bytes=max_bytes, pace=PATIENT)
    return asyncio.run(whole)


def all_is_free(spool: Spool) -> bool:
    return (spool.memory.free, spool.disk.free) == (1_000_000, 1_000_000)


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 300_000])
def test_a_whole_body_is_given_from_its_beginning_and_its_room_given_back(spool: Spool, size: int) -> None:
    sent = bytes(range(256)) * (size // 256) + bytes(size % 256)
    whole = read(spool, [sent[at : at + 10_000] for at in range(0, size, 10_000)] or [b""], declared=size)
    assert (whole.file.read(), whole.size) == (sent, size)
    whole.close()
    assert all_is_free(spool)


def test_a_large_body_lies_on_the_disk_without_a_name(spool: Spool) -> None:
    whole = read(spool, [bytes(50_000)] * 4)
    assert spool.memory.free == 1_000_000
    assert spool.disk.free < 1_000_000
    assert list(spool.folder.iterdir()) == []
    assert spool.folder.stat().st_mode & 0o777 == 0o700
    whole.close()


def test_who_sent_much_at_once_may_be_silent_no_longer_than_others() -> None:
    pace = BodyPace(silence=20, bytes_per_second=500, total=600)
    assert pace.deadline(began=0, now=100, received=8_000_000) == 120
    assert pace.deadline(began=0, now=100, received=45_000) == 110
    assert pace.deadline(began=0, now=595, received=8_000_000) == 600


@pytest.mark.parametrize("declared", [None, 300])
def test_half_a_body_is_no_body(spool: Spool, declared: int | None) -> None:
    with pytest.raises(body.ClientGone):
        read(spool, [b"x" * 100, b"x" * 100], ends=False, declared=declared)
    assert all_is_free(spool)


def test_a_body_that_ends_before_its_declared_length_is_no_body(spool: Spool) -> None:
    with pytest.raises(body.ClientGone):
        read(spool, [b"x" * 100], declared=101)


def test_a_body_that_is_too_large_is_read_to_its_end_so_that_the_client_hears_why(spool: Spool) -> None:
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(30):
            taken += 1
            yield bytes(100)

    with pytest.raises(body.BodyTooLarge):
        read(spool, pieces(), max_bytes=1_000)
    assert taken == 30
    assert all_is_free(spool)


@pytest.mark.parametrize("declared", [None, 1_000_000])
def test_a_body_that_is_much_too_large_is_not_read_for_ever(spool: Spool, declared: int | None) -> None:
    with pytest.raises(body.BodyTooLarge):
        read(spool, [bytes(100)] * 10_000, ends=False, declared=declared, max_bytes=1_000)


def test_when_memory_is_taken_bodies_go_to_the_disk_and_then_are_refused(spool: Spool) -> None:
    spool.memory.free, spool.disk.free = 0, 100
    whole = read(spool, [b"x" * 60])
    assert whole.file.read() == b"x" * 60
    with pytest.raises(body.NoRoom):
        read(spool, [b"x" * 60])
    whole.close()
    assert (spool.memory.free, spool.disk.free) == (0, 100)


def test_a_full_disk_refuses_and_holds_nothing(spool: Spool) -> None:
    # No folder can be made below a file: as when the disk takes nothing more.
    spool.folder.write_bytes(b"")
    with pytest.raises(body.NoRoom):
        read(spool, [bytes(IN_MEMORY + 1)])
    assert all_is_free(spool)


def test_a_silent_client_is_given_up(spool: Spool) -> None:
    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    hurried = BodyPace(silence=0.01, bytes_per_second=500, total=600)
    with pytest.raises(body.BodyTooSlow):
        asyncio.run(body.read(never, spool, declared=9, max_bytes=10, pace=hurried))
    assert all_is_free(spool)


# --- the pace, without a clock ------------------------------------------------------------------


def is_read(*, size: int, seconds: float, every: float, pace: BodyPace) -> bool:
    """Say whether a body of `size` bytes that takes so long, sent `every` so often, keeps the pace."""
    steps = int(seconds / every)
    return all(
        pace.deadline(began=0, now=step * every, received=size * step // steps) >= (step + 1) * every
        for step in range(steps)
    )


PRODUCT = BodyPace(silence=20, bytes_per_second=500, total=600)


def test_an_honest_upload_over_a_slow_line_keeps_the_pace_and_a_drip_does_not() -> None:
    megabytes = 1024 * 1024
    assert is_read(size=8 * megabytes, seconds=590, every=1, pace=PRODUCT)
    assert is_read(size=8 * megabytes, seconds=300, every=15, pace=PRODUCT)
    assert not is_read(size=8 * megabytes, seconds=700, every=1, pace=PRODUCT)
    assert not is_read(size=60, seconds=60, every=1, pace=PRODUCT)
    assert not is_read(size=8 * megabytes, seconds=300, every=30, pace=PRODUCT)


@given(rate=st.integers(1, 400))
def test_no_drip_lasts_two_minutes(rate: int) -> None:
    assert not is_read(size=rate * 120, seconds=120, every=1, pace=PRODUCT)
