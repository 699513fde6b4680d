"""The threads that run Django: a fixed number for each kind of request, so that no kind takes those of another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from accounts.api.calls import is_call
from config.web.environ import Environ

Returned = TypeVar("Returned")
SMALL_BODY = 64 * 1024


@dataclass(frozen=True)
class PoolSpec:
    """Threads of one process, requests that may wait for one, and the largest body in bytes."""

    threads: int
    waiting: int
    body: int = SMALL_BODY


_RULES = settings.RULES
# Every thread but the one for static files keeps a database connection: 13 in each web process.
POOLS: dict[str, PoolSpec] = {
    "api": PoolSpec(_RULES.web_api_threads, waiting=256, body=_RULES.request_max_bytes),
    "tracking": PoolSpec(_RULES.web_tracking_threads, waiting=1024),
    "console": PoolSpec(_RULES.web_console_threads, waiting=128, body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
    # A reader on a slow line holds a thread for as long as the file takes.
    "downloads": PoolSpec(_RULES.web_download_threads, waiting=16),
    "health": PoolSpec(1, waiting=32),
    "static": PoolSpec(1, waiting=2048),
}


def pool_of(environ: Environ) -> str:
    """Return the name of the pool that a request belongs to."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/" and is_call(environ):
        return "api"
    if path in {"/healthz", "/metrics"}:
        return "health"
    if path.startswith(("/t/", "/u/")):
        return "tracking"
    if path.startswith(settings.STATIC_URL):
        return "static"
    if "format=csv" in environ["QUERY_STRING"] and method == "GET":
        return "downloads"
    return "console"


class PoolIsFull(RuntimeError):
    """As many requests wait as may."""


class Pool:
    """Runs jobs in its threads, and refuses what would wait too long; used by the loop's thread alone."""

    def __init__(self, name: str, spec: PoolSpec) -> None:
        self.name, self.spec = name, spec
        self._executor = ThreadPoolExecutor(spec.threads, thread_name_prefix=name)
        self._free = spec.threads + spec.waiting

    async def run(self, job: Callable[[], Returned]) -> Returned:
        """Return what `job` returns in one of the threads; raise PoolIsFull at once when too many wait."""
        if not self._free:
            raise PoolIsFull
        self._free -= 1
        # A context of its own: what one request leaves behind (language, URLs) is not there for the next. In the
        # thread's own context values were freed while in use, under many short connections (decision 18).
        running = asyncio.get_running_loop().run_in_executor(self._executor, Context().run, job)
        running.add_done_callback(self._ended)
        return await running

    def _ended(self, job: asyncio.Future[Any]) -> None:
        self._free += 1

    def close(self) -> None:
        """Take no more jobs; those that run go on."""
        self._executor.shutdown(wait=False)
