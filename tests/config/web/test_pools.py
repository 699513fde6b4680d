from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from config.web.environ import environ_of
from config.web.pools import POOLS, Pool, PoolIsFull, PoolSpec, pool_of
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
