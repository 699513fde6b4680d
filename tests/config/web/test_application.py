"""The front with a WSGI application of the test's own, without a socket."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from config.web.application import Front
from config.web.pools import POOLS, PoolSpec
from sending.models.ids import first_of
from sending.tracking.links import click_url
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


@pytest.mark.parametrize("busy", [name for name in POOLS if name != "health"])
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


def test_a_busy_tracking_pool_still_leads_where_links_lead() -> None:
    view = Held()
    message = first_of(datetime.now(UTC))
    link = urlsplit(click_url(message, "https://shop.test/é", links=1)).path

    async def case() -> None:
        front = Front(Site(view), SMALL)
        held = [asyncio.create_task(ask(front, Client(), "GET", "/t/c/x")) for _ in range(2)]
        await asyncio.to_thread(view.entered.acquire)
        clicked = await ask(front, Client(), "GET", link)
        assert (clicked.status, clicked.headers["location"]) == (302, "https://shop.test/%C3%A9")
        assert (await ask(front, Client(), "GET", link[:-1])).status == 503
        view.released.set()
        await asyncio.gather(*held)

    run(case)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/", 200), ("POST", "/u/x", 413), ("POST", "/a/", 413)]
)
@pytest.mark.parametrize("headers", [{"content_length": "5005"}, {"transfer_encoding": "chunked"}])
def test_a_body_that_is_too_large_is_refused_in_words_and_taken_to_its_end(
    method: str, path: str, status: int, headers: dict[str, str]
) -> None:
    site = Site()

    async def case() -> None:
        client = await ask(Front(site, SMALL), Client([bytes(1001)] * 5), method, path, **headers)
        assert (client.status, client.asked, client.complete) == (status, 5, True)
        assert client.headers["connection"] == "close"
        if path == "/":
            assert json.loads(client.body)["Response"]["Error"]["Code"] == "RequestSizeLimitExceeded"
        assert site.requests == []

    run(case)


@pytest.mark.parametrize(("language", "said"), [("en-US", "more bytes"), ("zh-CN", "字节"), ("", "字节")])
def test_a_call_that_reaches_no_thread_is_refused_in_its_language(language: str, said: str) -> None:
    async def case() -> None:
        headers = {"content_length": "1001", **({"x_tc_language": language} if language else {})}
        client = await ask(Front(Site(), SMALL), Client([bytes(1001)]), "POST", "/", **headers)
        assert said in json.loads(client.body)["Response"]["Error"]["Message"]

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


@pytest.mark.parametrize(("path", "fault"), [("/a/", 500), ("/healthz", 503)])
def test_nothing_is_kept_of_requests_that_were_answered(settings: Any, path: str, fault: int) -> None:
    settings.RULES = _rules(settings, web_bodies_memory_bytes=10)

    def fail(environ: dict[str, Any]) -> HttpResponse:
        raise RuntimeError("ours")

    async def case() -> None:
        for site, status in ((Site(), 200), (Site(fail), fault)):
            front = Front(site, SMALL)
            # Each takes all the memory there is for bodies, and must give it back for the next.
            for number in range(5):
                client = Client([b"x" * 10])
                request = scope("POST", path, content_length="10") | {"client": (f"192.0.2.{number}", 1)}
                await front(request, client.receive, client.send)
                assert client.status == status
                assert front._spool.memory.free == 10
            assert front._open == {}

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


# --- what hangs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_a_check_that_hangs_is_answered_in_time_however_many_ask(path: str) -> None:
    view = Held()

    async def case() -> None:
        front = Front(Site(view), {**SMALL, "health": PoolSpec(1, 1, 1000, seconds=0.01)})
        for _ in range(3):
            for answer in await asyncio.gather(*(ask(front, Client(), "GET", path) for _ in range(50))):
                # A stranger is told no more than that, and of /metrics nothing.
                told = {"/healthz": (503, b'{"ok": false}'), "/metrics": (404, b"Not found\n")}
                assert (answer.status, answer.body) == told[path]
        view.released.set()
        while (await ask(front, Client(), "GET", path)).status != 200:
            await asyncio.sleep(0.001)

    run(case)


def test_a_flood_of_checks_bars_no_check() -> None:
    view = Held()

    async def case() -> None:
        front = Front(Site(view), SMALL)
        methods = ("GET", "POST", "HEAD", *(f"X{number}" for number in range(100)))
        asking = [asyncio.create_task(ask(front, Client(), "GET", "/healthz")) for _ in range(100)]
        await asyncio.to_thread(view.entered.acquire)
        asking += [asyncio.create_task(ask(front, Client(), method, "/healthz")) for method in ("POST", *methods[3:])]
        await asyncio.sleep(0)
        view.released.set()
        assert {client.status for client in await asyncio.gather(*asking)} == {200}

    run(case)


def test_a_call_that_hangs_is_answered_as_unknown_and_one_that_waited_is_never_executed() -> None:
    view = Held()
    site = Site(view)

    async def case() -> None:
        front = Front(site, {**SMALL, "api": PoolSpec(1, 5, 1000, seconds=0.01)})
        first = await ask(front, Client([b"ab"]), "POST", "/", content_length="2", x_tc_language="en-US")
        answer = json.loads(first.body)["Response"]["Error"]
        assert (answer["Code"], "may have been done" in answer["Message"]) == ("InternalError", True)
        second = await ask(front, Client([b"cd"]), "POST", "/", content_length="2")
        assert json.loads(second.body)["Response"]["Error"]["Code"] == "RequestLimitExceeded"
        view.released.set()
        while (await ask(front, Client([b"ef"]), "POST", "/", content_length="2")).body != b"late":
            await asyncio.sleep(0.001)
        bodies = [request["body"] for request in site.requests]
        assert bodies[0] == b"ab"
        assert b"cd" not in bodies

    run(case)


def test_a_thread_that_is_late_still_has_its_whole_body() -> None:
    released, read = threading.Event(), []

    def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> HttpResponse:
        assert released.wait(60)
        read.append(environ["wsgi.input"].read())
        start_response("200 x", [])
        return HttpResponse(b"late")

    async def case() -> None:
        front = Front(site, {**SMALL, "api": PoolSpec(1, 5, 1_000_000, seconds=0.01)})
        room = front._spool.disk.free
        await ask(front, Client([bytes(300_000)]), "POST", "/", content_length="300000")
        assert front._spool.disk.free == room - 300_000
        released.set()
        while front._spool.disk.free != room:
            await asyncio.sleep(0.001)

    run(case)
    assert [len(body) for body in read] == [300_000]


VIEWS: dict[str, Callable[[dict[str, Any]], HttpResponseBase]] = {
    "small": lambda environ: HttpResponse(b"x"),
    "large": lambda environ: HttpResponse(bytes(400_000)),
    "file": lambda environ: FileResponse(open(__file__, "rb")),  # noqa: SIM115 - the response closes it
    "stream": lambda environ: StreamingHttpResponse(bytes(70_000) for _ in range(3)),
    "fault": lambda environ: HttpResponse(_fail()),
    "broken stream": lambda environ: StreamingHttpResponse(_fail() for _ in range(3)),
}
PATHS = (("/", ""), ("/a/", ""), ("/a/", "format=csv"), ("/t/o/x", ""), ("/static/x", ""), ("/healthz", ""))


def _fail() -> bytes:
    raise RuntimeError("no")


@settings_of(deadline=None, max_examples=80)
@given(
    view=st.sampled_from(sorted(VIEWS)),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    path=st.sampled_from(PATHS),
    pieces=st.lists(st.sampled_from([b"", b"x", bytes(90_000), bytes(400_000)]), max_size=4),
    declared=st.sampled_from([None, 0, 1, 90_000, 400_000, -1]),
    ends=st.booleans(),
    takes=st.integers(0, 6),
)
def test_after_every_kind_of_end_nothing_is_held(
    view: str,
    method: str,
    path: tuple[str, str],
    pieces: list[bytes],
    declared: int | None,
    ends: bool,
    takes: int,
) -> None:
    headers = {"transfer_encoding": "chunked"} if declared is None else {"content_length": str(declared)}
    if declared == -1:
        headers = {"content_length": str(sum(map(len, pieces)))}
    files = set(os.listdir("/proc/self/fd"))

    async def case() -> None:
        front = Front(Site(VIEWS[view]), {name: PoolSpec(1, 1, 300_000) for name in POOLS})
        free = (front._spool.memory.free, front._spool.disk.free)
        client = Client(pieces or [b""], ends=ends, takes=takes)
        task = asyncio.create_task(ask(front, client, method, *path, **headers))
        while not task.done() and not client.stuck.is_set():
            await asyncio.sleep(0.001)
        client.gone.set()
        await task
        while any(pool._free != 2 for pool in front._pools.values()):
            await asyncio.sleep(0.001)
        assert (front._spool.memory.free, front._spool.disk.free) == free
        assert not front._open
        for pool in front._pools.values():
            pool.close()
        front._files.shutdown()

    run(case)
    gc.collect()
    assert set(os.listdir("/proc/self/fd")) <= files


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


def test_only_the_disk_holds_a_large_page_that_nobody_reads() -> None:
    page = bytes(range(256)) * 2000

    async def case() -> None:
        front = Front(Site(lambda environ: HttpResponse(page)), SMALL)
        room = front._spool.disk.free
        slow = Client(takes=2)
        held = asyncio.create_task(ask(front, slow, "GET", "/a/"))
        await slow.stuck.wait()
        assert front._spool.disk.free == room - len(page)
        honest = await ask(front, Client(), "GET", "/a/")
        assert (honest.body, honest.headers["content-length"]) == (page, str(len(page)))
        slow.gone.set()
        await held
        assert front._spool.disk.free == room

    run(case)


def test_a_large_page_is_refused_when_others_hold_all_room() -> None:
    async def case() -> None:
        front = Front(Site(lambda environ: HttpResponse(bytes(300_000))), SMALL)
        front._spool.disk.free = 299_999
        assert (await ask(front, Client(), "GET", "/a/")).status == 503
        assert (await ask(front, Client(), "HEAD", "/a/")).status == 200

    run(case)


def test_answers_that_an_address_does_not_read_count_for_its_limit(settings: Any) -> None:
    settings.RULES = _rules(settings, web_requests_per_client=2)

    async def case() -> None:
        front = Front(Site(), SMALL)
        slow = [Client(takes=1) for _ in range(2)]
        held = [asyncio.create_task(ask(front, client, "GET", "/a/")) for client in slow]
        await asyncio.gather(*(client.stuck.wait() for client in slow))
        refused = await ask(front, Client(), "GET", "/a/")
        assert (refused.status, refused.headers["connection"]) == (429, "close")
        for client in slow:
            client.gone.set()
        await asyncio.gather(*held)
        assert (await ask(front, Client(), "GET", "/a/")).status == 200

    run(case)


def test_an_answer_that_would_hold_a_thread_of_the_console_is_not_given() -> None:
    lines = Lines()

    async def case() -> None:
        front = Front(Site(lines.response), SMALL)
        # Django reads the query in the charset of the request; this one says "csv" in UTF-7.
        answer = await ask(front, Client(), "GET", "/a/", "format=+AGMAcwB2-", content_type="text/plain; charset=utf-7")
        assert answer.status == 500
        assert lines.closed.is_set()

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
