"""The threads that run Django: a fixed number for each kind of request, so that no kind takes those of another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from accounts.api.calls import is_call
from config.web.environ import Environ

Returned = TypeVar("Returned")
SMALL_BODY = 64 * 1024
DOWNLOADS, HEALTH = "downloads", "health"


@dataclass(frozen=True)
class PoolSpec:
    """Threads of one process, requests that may wait for one, the largest body in bytes, seconds to the answer."""

    threads: int
    waiting: int
    body: int = SMALL_BODY
    # None where no database is asked, or the reader sets the pace.
    seconds: float | None = None


_RULES = settings.RULES
_SECONDS = _RULES.web_request_seconds
# Every thread but the one for static files keeps a database connection: 13 in each web process.
POOLS: dict[str, PoolSpec] = {
    "api": PoolSpec(_RULES.web_api_threads, waiting=256, body=_RULES.request_max_bytes, seconds=_SECONDS),
    "tracking": PoolSpec(_RULES.web_tracking_threads, waiting=1024, seconds=_SECONDS),
    "console": PoolSpec(
        _RULES.web_console_threads, waiting=128, body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, seconds=_SECONDS
    ),
    # A reader on a slow line holds a thread for as long as the file takes.
    DOWNLOADS: PoolSpec(_RULES.web_download_threads, waiting=16),
    HEALTH: PoolSpec(1, waiting=32, seconds=_RULES.web_health_seconds),
    "static": PoolSpec(1, waiting=2048),
}


def pool_of(environ: Environ) -> str:
    """Return the name of the pool that a request belongs to."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/" and is_call(environ):
        return "api"
    if path in {"/healthz", "/metrics"}:
        return HEALTH
    if path.startswith(("/t/", "/u/")):
        return "tracking"
    if path.startswith(settings.STATIC_URL):
        return "static"
    if method == "GET" and _is_download(environ["QUERY_STRING"]):
        return DOWNLOADS
    return "console"


def _is_download(query: str) -> bool:
    """Say so as the pages read it: of several the last counts, and any letter may be written as %xx."""
    try:
        return QueryDict(query.encode("latin-1")).get("format") == "csv"
    except TooManyFieldsSent:
        # Django refuses it.
        return False


class PoolIsFull(RuntimeError):
    """As many requests wait as may, or this one waited in vain: nobody executed it."""


class NoResult(RuntimeError):
    """It is being executed for too long; whether it will be done is not known."""


class Pool:
    """Runs jobs in its threads, and refuses what would wait too long; used by the loop's thread alone."""

    def __init__(self, name: str, spec: PoolSpec) -> None:
        self.name, self.spec = name, spec
        self._executor = ThreadPoolExecutor(spec.threads, thread_name_prefix=name)
        self._free = spec.threads + spec.waiting
        self._shared: dict[Hashable, asyncio.Future[Any]] = {}

    async def run(
        self,
        job: Callable[[], Returned],
        *,
        ended: Callable[[], None] = lambda: None,
        late: Callable[[asyncio.Future[Returned]], None] = lambda running: None,
    ) -> Returned:
        """Return what `job` returns in one of the threads.

        Raise PoolIsFull at once when too many wait, or later when no thread was free in time; NoResult when a thread is
        still at it, which goes on, since nobody can end it. `ended` is called once no thread uses what belongs to the
        job, also when none ever did; `late` gets what comes after NoResult.
        """
        try:
            submitted, running = self._start(job)
        except PoolIsFull:
            ended()
            raise
        running.add_done_callback(lambda _: ended())
        await asyncio.wait({running}, timeout=self.spec.seconds)
        if running.done():
            return running.result()
        if submitted.cancel():
            raise PoolIsFull
        running.add_done_callback(late)
        raise NoResult

    async def share(self, key: Hashable, job: Callable[[], Returned]) -> Returned:
        """Return what the job of this key returns that already waits or runs, or else `job`; raise as `run` does.

        However many ask, they take one place: none of them is refused because the others ask too.
        """
        running = self._shared.get(key)
        if running is None:
            _, running = self._start(job)
            self._shared[key] = running
            running.add_done_callback(lambda _: self._shared.pop(key))
        await asyncio.wait({running}, timeout=self.spec.seconds)
        if not running.done():
            raise NoResult
        return cast(Returned, running.result())

    def _start(self, job: Callable[[], Returned]) -> tuple[Future[Returned], asyncio.Future[Returned]]:
        if not self._free:
            raise PoolIsFull
        self._free -= 1
        # A context of its own: what one request leaves behind (language, URLs) is not there for the next. In the
        # thread's own context values were freed while in use, under many short connections (decision 18).
        submitted = self._executor.submit(Context().run, job)
        running = asyncio.wrap_future(submitted)
        running.add_done_callback(self._ended)
        return submitted, running

    def _ended(self, job: asyncio.Future[Any]) -> None:
        self._free += 1

    def close(self) -> None:
        """Take no more jobs; those that run go on."""
        self._executor.shutdown(wait=False)
