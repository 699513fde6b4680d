from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from config.web.environ import environ_of
from config.web.pools import POOLS, NoResult, Pool, PoolIsFull, PoolSpec, pool_of
from tests.config.web.fakes import scope


@pytest.mark.parametrize(
    ("pool", "method", "path", "query", "headers"),
    [
        ("api", "POST", "/", "", {}),
        ("api", "PUT", "/", "", {}),
        ("api", "GET", "/", "Action=SendEmail", {}),
        ("api", "GET", "/", "", {"x_tc_action": "SendEmail"}),
        ("api", "GET", "/", "", {"authorization": "TC3-HMAC-SHA256 x"}),
        ("console", "GET", "/", "", {}),
        ("console", "GET", "/", "days=7", {}),
        ("console", "POST", "/login/", "", {}),
        ("console", "GET", "/tracking/", "", {}),
        ("console", "GET", "/healthz/", "", {}),
        ("tracking", "GET", "/t/o/x", "", {}),
        ("tracking", "GET", "/t/c/x", "", {}),
        ("tracking", "POST", "/u/x", "", {}),
        ("health", "GET", "/healthz", "", {}),
        ("health", "GET", "/metrics", "", {}),
        ("static", "GET", "/static/css/x.css", "", {}),
        ("downloads", "GET", "/sending/status/", "from=1&format=csv", {}),
        ("downloads", "GET", "/sending/status/", "form%61t=%63sv", {}),
        ("downloads", "GET", "/sending/status/", "format=x&format=csv&x=", {}),
        ("console", "GET", "/sending/status/", "format=csv&format=x", {}),
        ("console", "GET", "/sending/status/", "q=format=csv", {}),
        ("console", "GET", "/sending/status/", "format=csv;", {}),
        ("console", "GET", "/sending/status/", "FORMAT=csv", {}),
        ("console", "GET", "/sending/status/", "format=csv" + "&a=" * 1000, {}),
        ("console", "POST", "/sending/status/", "format=csv", {}),
        ("console", "GET", "//t/o/x", "", {}),
        ("console", "GET", "/./static/x", "", {}),
        ("console", "GET", "/T/o/x", "", {}),
        ("console", "GET", "/%2ft/o/x", "", {}),
        ("tracking", "GET", "/%74/o/x", "", {}),
        ("static", "GET", "/static/../login/", "", {}),
        ("console", "POST", "/login/", "", {"x_tc_action": "SendEmail"}),
        ("console", "HEAD", "/", "", {}),
        ("api", "OPTIONS", "/", "", {}),
        ("api", "HEAD", "/", "Action=SendEmail", {}),
    ],
)
def test_each_kind_of_request_has_its_pool(
    pool: str, method: str, path: str, query: str, headers: dict[str, str]
) -> None:
    assert pool_of(environ_of(scope(method, path, query, **headers))) == pool


def test_the_connections_of_a_process_to_the_database_are_few() -> None:
    assert sum(spec.threads for name, spec in POOLS.items() if name != "static") == 13


def test_a_pool_runs_in_its_threads_alone_and_refuses_what_would_wait_too_long() -> None:
    released = threading.Event()
    names: set[str] = set()

    def job() -> None:
        names.add(threading.current_thread().name)
        assert released.wait(60)

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=2, waiting=3))
        running = [asyncio.create_task(pool.run(job)) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(PoolIsFull):
            await pool.run(job)
        released.set()
        await asyncio.gather(*running)
        await pool.run(job)
        pool.close()

    asyncio.run(case())
    assert names == {"some_0", "some_1"}


def test_a_job_that_fails_gives_its_place_back() -> None:
    def fails() -> None:
        raise KeyError

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=0))
        for _ in range(3):
            with pytest.raises(KeyError):
                await pool.run(fails)
        pool.close()

    asyncio.run(case())


def test_what_one_request_leaves_in_its_context_is_not_there_for_the_next() -> None:
    left: ContextVar[str] = ContextVar("left", default="nothing")

    def job() -> str:
        found = left.get()
        left.set("something")
        return found

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=0))
        assert [await pool.run(job) for _ in range(3)] == ["nothing"] * 3
        pool.close()

    asyncio.run(case())


class Held:
    """A job that stays in its thread until it is let go."""

    def __init__(self) -> None:
        self.entered, self.released = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self.released.wait(60)
        return "late"


def test_a_job_that_takes_too_long_is_given_up_and_keeps_its_place_until_its_thread_is_free() -> None:
    held = Held()
    ended: list[str] = []
    late: list[str] = []

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=0, seconds=0.01))
        with pytest.raises(NoResult):
            await pool.run(
                held, ended=lambda: ended.append("ended"), late=lambda running: late.append(running.result())
            )
        assert (ended, late) == ([], [])
        with pytest.raises(PoolIsFull):
            await pool.run(held)
        held.released.set()
        while not late:
            await asyncio.sleep(0.001)
        assert (ended, late) == (["ended"], ["late"])
        pool.close()

    asyncio.run(case())


def test_a_job_that_no_thread_took_in_time_is_never_done() -> None:
    held, done = Held(), threading.Event()
    ended: list[str] = []

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=1, seconds=0.01))
        with pytest.raises(NoResult):
            await pool.run(held)
        for _ in range(3):
            with pytest.raises(PoolIsFull):
                await pool.run(done.set, ended=lambda: ended.append("ended"))
        while len(ended) < 3:
            await asyncio.sleep(0)
        held.released.set()
        pool.close()

    asyncio.run(case())
    assert not done.is_set()


def test_who_asks_the_same_shares_one_run_and_one_place() -> None:
    held = Held()

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=0))
        asking = [asyncio.create_task(pool.share("a", held)) for _ in range(50)]
        await asyncio.to_thread(held.entered.wait)
        held.released.set()
        assert await asyncio.gather(*asking) == ["late"] * 50
        assert await pool.share("a", lambda: "anew") == "anew"
        pool.close()

    asyncio.run(case())


def test_who_shares_a_run_that_hangs_is_told_in_time_each_of_them() -> None:
    held = Held()

    async def case() -> None:
        pool = Pool("some", PoolSpec(threads=1, waiting=0, seconds=0.01))
        for _ in range(3):
            with pytest.raises(NoResult):
                await pool.share("a", held)
        held.released.set()
        pool.close()

    asyncio.run(case())
