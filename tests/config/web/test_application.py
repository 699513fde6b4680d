"""The front with a WSGI application of the test's own, without a socket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from config.web.application import Front
from config.web.pools import POOLS, PoolSpec
from tests.config.web.fakes import Client, scope

SMALL = {name: PoolSpec(threads=1, waiting=1, body=1000) for name in POOLS}


class Site:
    """A WSGI application that answers every request by one function, and remembers what it was asked."""

    def __init__(self, view: Callable[[dict[str, Any]], HttpResponseBase] | None = None) -> None:
        self._view = view or (lambda environ: HttpResponse(b"answered"))
        self.requests: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> HttpResponseBase:
        self.requests.append(environ | {"body": environ["wsgi.input"].read()})
        response = self._view(environ)
        start_response(f"{response.status_code} x", list(response.items()))
        return response


class Held:
    """A view whose requests stay in their threads until they are let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.released = threading.Event()

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        self.entered.release()
        assert self.released.wait(60)
        return HttpResponse(b"late")


def run(case: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(case(), 60))


async def ask(front: Front, client: Client, *args: str, **headers: str) -> Client:
    await front(scope(*args, **headers), client.receive, client.send)
    return client


def test_a_whole_request_is_handed_on_with_its_length() -> None:
    site = Site()

    async def case() -> None:
        client = await ask(Front(site, SMALL), Client([b"ab", b"cd", b""]), "POST", "/", content_length="4")
        assert (client.status, client.body, client.complete) == (200, b"answered", True)
        assert client.headers["content-length"] == "8"
        (request,) = site.requests
        assert (request["body"], request["CONTENT_LENGTH"]) == (b"abcd", "4")

    run(case)


def test_a_body_in_chunks_simply_works() -> None:
    site = Site()

    async def case() -> None:
        await ask(Front(site, SMALL), Client([b"ab", b"cd", b""]), "POST", "/", transfer_encoding="chunked")
        (request,) = site.requests
        assert (request["body"], request["CONTENT_LENGTH"]) == (b"abcd", "4")
        assert "HTTP_TRANSFER_ENCODING" not in request

    run(case)


@pytest.mark.parametrize("headers", [{"content_length": "9"}, {"transfer_encoding": "chunked"}])
def test_half_a_body_is_never_executed(headers: dict[str, str]) -> None:
    site = Site()

    async def case() -> None:
        client = await ask(Front(site, SMALL), Client([b"half"], ends=False), "POST", "/", **headers)
        assert client.messages == []
        assert site.requests == []

    run(case)


def test_a_hundred_stalled_bodies_hold_no_thread_of_any_pool() -> None:
    async def case() -> None:
        front = Front(Site(), SMALL)
        paths = ("/", "/login/", "/u/x", "/static/x", "/healthz", "/sending/?format=csv")
        stalled = [Client([b"x"], ends=False, stalls=True) for _ in range(100)]
        held = [
            asyncio.create_task(ask(front, client, "POST", paths[at % len(paths)], content_length="900"))
            for at, client in enumerate(stalled)
        ]
        while not all(client.asked == 2 for client in stalled):
            await asyncio.sleep(0)
        for path in paths:
            assert (await ask(front, Client(), "GET", path)).status == 200
        assert not any(task.done() for task in held)
        for client in stalled:
            client.gone.set()
        await asyncio.gather(*held)

    run(case)


@pytest.mark.parametrize("busy", POOLS)
def test_a_full_pool_refuses_at_once_and_starves_no_other(busy: str) -> None:
    view = Held()
    requests = {
        "api": ("POST", "/"),
        "tracking": ("GET", "/t/c/none"),
        "console": ("GET", "/domains/"),
        "downloads": ("GET", "/sending/", "format=csv"),
        "health": ("GET", "/healthz"),
        "static": ("GET", "/static/app.css"),
    }

    async def case() -> None:
        front = Front(Site(view), SMALL)
        # One in its thread, one that waits.
        held = [asyncio.create_task(ask(front, Client(), *requests[busy])) for _ in range(2)]
        await asyncio.to_thread(view.entered.acquire)
        refused = await ask(front, Client(), *requests[busy])
        assert refused.headers["retry-after"] == "1"
        assert refused.status == (200 if busy == "api" else 503)
        others = [asyncio.create_task(ask(front, Client(), *requests[name])) for name in requests if name != busy]
        for _ in others:
            assert await asyncio.to_thread(view.entered.acquire, timeout=30)
        view.released.set()
        assert {client.body for client in await asyncio.gather(*held, *others)} == {b"late"}

    run(case)


def test_a_busy_api_answers_as_an_api() -> None:
    view = Held()

    async def case() -> None:
        front = Front(Site(view), SMALL)
        held = [asyncio.create_task(ask(front, Client(), "POST", "/")) for _ in range(2)]
        await asyncio.to_thread(view.entered.acquire)
        refused = await ask(front, Client(), "POST", "/", x_tc_language="en-US")
        assert refused.headers["content-type"] == "application/json"
        answer = json.loads(refused.body)["Response"]
        assert answer["Error"]["Code"] == "RequestLimitExceeded"
        assert answer["RequestId"]
        view.released.set()
        await asyncio.gather(*held)

    run(case)


def test_a_busy_tracking_pool_still_shows_the_pixel() -> None:
    view = Held()

    async def case() -> None:
        front = Front(Site(view), SMALL)
        held = [asyncio.create_task(ask(front, Client(), "GET", "/t/c/x")) for _ in range(2)]
        await asyncio.to_thread(view.entered.acquire)
        pixel = await ask(front, Client(), "GET", "/t/o/x")
        assert (pixel.status, pixel.headers["content-type"]) == (200, "image/gif")
        view.released.set()
        await asyncio.gather(*held)

    run(case)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/", 200), ("POST", "/u/x", 413), ("POST", "/a/", 413)]
)
@pytest.mark.parametrize("headers", [{"content_length": "1001"}, {"transfer_encoding": "chunked"}])
def test_a_body_that_is_too_large_is_refused_in_words(
    method: str, path: str, status: int, headers: dict[str, str]
) -> None:
    site = Site()

    async def case() -> None:
        client = await ask(Front(site, SMALL), Client([bytes(1001), b""]), method, path, **headers)
        assert client.status == status
        assert client.headers["connection"] == "close"
        if path == "/":
            assert json.loads(client.body)["Response"]["Error"]["Code"] == "RequestSizeLimitExceeded"
        assert site.requests == []

    run(case)


def test_a_client_that_asks_before_it_sends_too_much_is_answered_at_once() -> None:
    async def case() -> None:
        client = Client([b"x"], stalls=True)
        await ask(Front(Site(), SMALL), client, "POST", "/a/", content_length="1001", expect="100-continue")
        assert (client.status, client.asked) == (413, 0)

    run(case)


def test_a_body_that_is_too_slow_is_refused(settings: Any) -> None:
    settings.RULES = _rules(settings, web_silence_seconds=0)

    async def case() -> None:
        client = Client([], ends=False, stalls=True)
        await ask(Front(Site(), SMALL), client, "POST", "/a/", content_length="9")
        assert (client.status, client.headers["connection"]) == (408, "close")

    run(case)


def test_one_address_has_a_limit_and_others_are_served(settings: Any) -> None:
    settings.RULES = _rules(settings, web_requests_per_client=2)

    async def case() -> None:
        front = Front(Site(), SMALL)
        stalled = [Client([b"x"], ends=False, stalls=True) for _ in range(2)]
        held = [asyncio.create_task(ask(front, client, "POST", "/", content_length="9")) for client in stalled]
        while not all(client.asked == 2 for client in stalled):
            await asyncio.sleep(0)
        assert (await ask(front, Client(), "GET", "/a/")).status == 429
        other = Client()
        await front(scope("GET", "/a/") | {"client": ("192.0.2.8", 1)}, other.receive, other.send)
        assert other.status == 200
        for client in stalled:
            client.gone.set()
        await asyncio.gather(*held)
        assert (await ask(front, Client(), "GET", "/a/")).status == 200

    run(case)


def test_a_malformed_head_is_refused() -> None:
    async def case() -> None:
        assert (await ask(Front(Site(), SMALL), Client(), "GET", "/u/%00")).status == 400

    run(case)


def test_a_fault_of_the_handler_is_told_as_ours() -> None:
    def fails(environ: dict[str, Any]) -> HttpResponse:
        raise RuntimeError("no")

    async def case() -> None:
        front = Front(Site(fails), SMALL)
        assert (await ask(front, Client(), "GET", "/a/")).status == 500
        call = await ask(front, Client(), "POST", "/")
        assert (call.status, json.loads(call.body)["Response"]["Error"]["Code"]) == (200, "InternalError")

    run(case)


def test_each_request_of_a_pool_runs_and_is_closed_in_its_threads() -> None:
    threads: set[str] = set()
    closed: set[str] = set()

    class Noted(HttpResponse):
        def close(self) -> None:
            closed.add(threading.current_thread().name)
            super().close()

    def view(environ: dict[str, Any]) -> HttpResponse:
        threads.add(threading.current_thread().name)
        return Noted(b"x")

    async def case() -> None:
        front = Front(Site(view), {name: PoolSpec(2, 100) for name in POOLS})
        await asyncio.gather(*(ask(front, Client(), "POST", "/") for _ in range(50)))
        assert threads == closed
        assert threads <= {"api_0", "api_1"}

    run(case)


# --- slow readers -------------------------------------------------------------------------------


def test_a_reader_that_takes_nothing_of_a_page_holds_no_thread() -> None:
    async def case() -> None:
        front = Front(Site(lambda environ: HttpResponse(bytes(300_000))), SMALL)
        slow = [Client(takes=2) for _ in range(5)]
        held = [asyncio.create_task(ask(front, client, "GET", "/a/")) for client in slow[:2]]
        await asyncio.gather(*(client.answered.wait() for client in slow[:2]))
        honest = await ask(front, Client(), "GET", "/a/")
        assert len(honest.body) == 300_000
        assert not any(task.done() for task in held)
        for client in slow:
            client.gone.set()
        await asyncio.gather(*held)

    run(case)


class Lines:
    """A generator that says when it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.made = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.made += 1
            yield bytes(70_000)

    def response(self, environ: dict[str, Any]) -> StreamingHttpResponse:
        response = StreamingHttpResponse(iter(self))
        response._resource_closers.append(self.closed.set)  # type: ignore[attr-defined]
        return response


def test_a_download_waits_for_its_reader_and_ends_when_the_reader_goes() -> None:
    lines = Lines()

    async def case() -> None:
        client = Client(takes=3)
        task = asyncio.create_task(ask(Front(Site(lines.response), SMALL), client, "GET", "/a/", "format=csv"))
        await client.answered.wait()
        while len(client.messages) < 3:
            await asyncio.sleep(0.001)
        assert lines.made <= 4
        client.gone.set()
        await task
        assert lines.closed.is_set()
        assert not client.complete

    run(case)


def test_a_download_whose_reader_takes_nothing_is_given_up(settings: Any) -> None:
    settings.RULES = _rules(settings, web_answer_silence_seconds=0)
    lines = Lines()

    async def case() -> None:
        client = Client(takes=1)
        await ask(Front(Site(lines.response), SMALL), client, "GET", "/a/", "format=csv")
        assert lines.closed.is_set()
        assert not client.complete

    run(case)


def test_a_download_that_breaks_off_is_not_ended_as_if_it_were_whole() -> None:
    def breaks() -> Iterator[bytes]:
        yield bytes(70_000)
        raise RuntimeError("the database went away")

    async def case() -> None:
        site = Site(lambda environ: StreamingHttpResponse(breaks()))
        client = await ask(Front(site, SMALL), Client(), "GET", "/a/", "format=csv")
        assert (client.status, len(client.body), client.complete) == (200, 70_000, False)

    run(case)


def test_small_lines_of_a_download_travel_together() -> None:
    async def case() -> None:
        site = Site(lambda environ: StreamingHttpResponse(b"line\r\n" for _ in range(50_000)))
        client = await ask(Front(site, SMALL), Client(), "GET", "/a/", "format=csv")
        assert (len(client.body), client.complete) == (300_000, True)
        assert len(client.messages) < 50

    run(case)


def _rules(settings: Any, **changed: int) -> Any:
    return type(settings.RULES)(**{**vars(settings.RULES), **changed})
