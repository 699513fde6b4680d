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


class Pieces:
    """Pieces of 100 bytes that count how many of them were taken."""

    def __init__(self, count: int) -> None:
        self.count, self.taken = count, 0

    def __iter__(self) -> Iterator[bytes]:
        return iter([bytes(100)] * self.count)

    def receive(self, *, ends: bool = True) -> Callable[[], Awaitable[dict[str, Any]]]:
        come = receiver(self, ends=ends)

        async def counted() -> dict[str, Any]:
            self.taken += 1
            return await come()

        return counted


@pytest.mark.parametrize(("declared", "taken"), [(None, 11), (3_000, 0)])
def test_a_body_that_is_too_large_is_refused_as_soon_as_that_is_known(
    spool: Spool, declared: int | None, taken: int
) -> None:
    pieces = Pieces(30)
    with pytest.raises(body.BodyTooLarge):
        asyncio.run(body.read(pieces.receive(), spool, declared=declared, max_bytes=1_000, pace=PATIENT))
    assert pieces.taken == taken
    assert all_is_free(spool)


def test_what_is_left_of_it_is_taken_to_its_end_so_that_the_client_hears_why(spool: Spool) -> None:
    pieces = Pieces(30)
    incoming = body.Incoming(pieces.receive())

    async def refuse_and_take_the_rest() -> None:
        with pytest.raises(body.BodyTooLarge):
            await body.read(incoming, spool, declared=None, max_bytes=1_000, pace=PATIENT)
        assert incoming.expected
        for _ in range(2):
            await body.discard(incoming, PATIENT, declared=None)
            assert (pieces.taken, incoming.expected) == (30, False)

    asyncio.run(refuse_and_take_the_rest())


def test_the_rest_is_not_taken_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_DISCARDED_BYTES", 2_000)
    pieces = Pieces(10_000)
    asyncio.run(body.discard(body.Incoming(pieces.receive()), PATIENT, declared=None))
    assert pieces.taken == 21
    # One that says beforehand that it is longer is not taken at all.
    asyncio.run(body.discard(body.Incoming(pieces.receive()), PATIENT, declared=2_001))
    assert pieces.taken == 21
    # Who leaves, or stops, is let go.
    asyncio.run(body.discard(body.Incoming(Pieces(3).receive(ends=False)), PATIENT, declared=None))
    hurried = BodyPace(silence=0.01, bytes_per_second=500, total=600)
    asyncio.run(body.discard(body.Incoming(never), hurried, declared=None))


async def never() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


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
