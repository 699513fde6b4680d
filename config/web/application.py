"""The asynchronous front: takes every request, reads its body without a thread, and hands it on whole.

A request is refused, or runs in one thread of its pool from its first signal to the response's close(). No client,
however slow, holds a thread by what it sends; by what it reads only one of the downloads' (decision 18).
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.conf import settings

from config import monitoring
from config.web import body, bridge, refusals, server
from config.web.answer import Answer, AnswerSender, FilePart, Patience, Send, Stream
from config.web.body import Body, BodyPace, ClientGone, Incoming, Receive, Room, Spool
from config.web.environ import Environ, MalformedRequest, client_of, declared_length, environ_of, has_body
from config.web.pools import DOWNLOADS, HEALTH, POOLS, NoResult, Pool, PoolIsFull, PoolSpec, pool_of
from config.web.refusals import Reason

logger = logging.getLogger(__name__)


# Larger ones wait for their readers on the disk.
LARGE_ANSWER = 256 * 1024


class TooManyRequests(RuntimeError):
    """One client has as many unanswered requests as it may."""


class Front:
    """An ASGI application around a WSGI one."""

    def __init__(self, handler: bridge.Handler, pools: Mapping[str, PoolSpec] = POOLS) -> None:
        rules = settings.RULES
        self._handler = handler
        self._pools = {name: Pool(name, spec) for name, spec in pools.items()}
        self._files = ThreadPoolExecutor(2, thread_name_prefix="files")
        self._spool = Spool(
            settings.DATA_DIR / "spool",
            self._files,
            memory=Room(rules.web_bodies_memory_bytes),
            disk=Room(rules.web_bodies_disk_bytes),
        )
        self._pace = BodyPace(
            silence=rules.web_silence_seconds,
            bytes_per_second=rules.web_body_bytes_per_second,
            total=rules.web_body_max_seconds,
        )
        self._patience = Patience(piece=rules.web_answer_silence_seconds, total=rules.web_answer_max_seconds)
        self._requests_per_client = rules.web_requests_per_client
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        if scope["type"] != "http":
            return
        sender = AnswerSender(send, receive, self._patience, self._files)
        # Whatever it was, nobody is left to be told.
        with suppress(ClientGone):
            try:
                environ = environ_of(scope)
            except MalformedRequest as problem:
                await sender.whole(refusals.malformed(str(problem)))
                return
            pool = self._pools[pool_of(environ)]
            try:
                # Until it is read: whoever takes nothing of his answers has no more of them than who sends nothing.
                with self._counted(client_of(environ)):
                    await self._send(sender, await self._answer(environ, pool, receive, sender), environ, pool)
            except TooManyRequests:
                await sender.whole(refusals.refuse(Reason.TOO_MANY, environ, pool.name))

    async def _answer(self, environ: Environ, pool: Pool, receive: Receive, sender: AnswerSender) -> Answer | None:
        incoming = Incoming(receive, expected=has_body(environ))
        try:
            return await self._run(environ, pool, incoming, sender)
        except body.BodyTooLarge:
            reason = Reason.TOO_LARGE
        except body.BodyTooSlow:
            return refusals.refuse(Reason.TOO_SLOW, environ, pool.name)
        except (body.NoRoom, PoolIsFull):
            reason = Reason.BUSY
        except NoResult:
            return refusals.refuse(Reason.NO_RESULT, environ, pool.name)
        await body.discard(incoming, self._pace, declared=declared_length(environ))
        return refusals.refuse(reason, environ, pool.name)

    async def _run(self, environ: Environ, pool: Pool, incoming: Incoming, sender: AnswerSender) -> Answer | None:
        whole = await self._body(environ, pool.spec.body, incoming)
        environ["wsgi.input"] = whole.file
        stream = Stream(sender, asyncio.get_running_loop()) if pool.name == DOWNLOADS else None
        job = partial(bridge.respond, self._handler, environ, stream)
        try:
            if pool.name == HEALTH:
                # A check has no use for a body; one that several share must not have that of one.
                whole.close()
                environ |= {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": ""}
                return await pool.share(_check(environ), job)
            return await pool.run(job, ended=whole.close, late=partial(_forget, environ))
        except (PoolIsFull, NoResult):
            raise
        except Exception:
            logger.exception("an answer broke off: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            if stream and stream.started:
                # The server closes the connection without the body's end: the client sees that it is not whole.
                return None
            return refusals.refuse(Reason.FAULT, environ, pool.name)

    async def _send(self, sender: AnswerSender, answer: Answer | None, environ: Environ, pool: Pool) -> None:
        if answer is None:
            return
        held = Body(self._spool)
        try:
            if isinstance(answer.body, bytes) and len(answer.body) > LARGE_ANSWER:
                # Only the disk holds what its client does not read.
                await held.add(answer.body)
                held.file.seek(0)
                answer = Answer(answer.status, answer.headers, FilePart(os.dup(held.file.fileno()), 0))
            await sender.whole(answer)
        except body.NoRoom:
            await sender.whole(refusals.refuse(Reason.BUSY, environ, pool.name))
        finally:
            held.close()

    async def _body(self, environ: Environ, max_bytes: int, incoming: Incoming) -> Body:
        if not incoming.expected:
            return Body(self._spool)
        declared = declared_length(environ)
        if environ.pop("HTTP_EXPECT", "") and declared is not None and declared > max_bytes:
            # It asks before it sends (RFC 9110 10.1.1).
            incoming.expected = False
            raise body.BodyTooLarge
        whole = await body.read(incoming, self._spool, declared=declared, max_bytes=max_bytes, pace=self._pace)
        environ.pop("HTTP_TRANSFER_ENCODING", "")
        environ["CONTENT_LENGTH"] = str(whole.size)
        return whole

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        if self._open[client] >= self._requests_per_client:
            raise TooManyRequests
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                server.cut_off_silent_readers(settings.RULES.web_answer_silence_seconds)
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                for pool in self._pools.values():
                    pool.close()
                return


def _check(environ: Environ) -> tuple[str, str, bool]:
    """Return what a health request asks for and whether it may know more; its answers are the same for all such."""
    method = environ["REQUEST_METHOD"]
    may_know = monitoring.is_authorised(environ.get("HTTP_AUTHORIZATION", ""))
    return method if method in {"GET", "HEAD"} else "other", environ["PATH_INFO"], may_know


def _forget(environ: Environ, running: asyncio.Future[Answer | None]) -> None:
    """Note that a request ended whose client was told that no result came in time."""
    error = running.exception()
    logger.warning("ended too late: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], exc_info=error)
    if error is None and (answer := running.result()):
        answer.close()
