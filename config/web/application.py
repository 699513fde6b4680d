"""The asynchronous front: takes every request, reads its body without a thread, and hands it on whole.

A request is refused, or runs in one thread of its pool from its first signal to the response's close(). No client,
however slow, holds a thread by what it sends; by what it reads only one of the downloads' (decision 18).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.conf import settings

from config.web import body, bridge, refusals, server
from config.web.answer import Answer, AnswerSender, Patience, Send, Stream
from config.web.body import Body, BodyPace, ClientGone, Receive, Room, Spool
from config.web.environ import Environ, MalformedRequest, client_of, environ_of
from config.web.pools import POOLS, Pool, PoolIsFull, PoolSpec, pool_of
from config.web.refusals import Reason

logger = logging.getLogger(__name__)


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
            answer = await self._answer(scope, receive, sender)
            if answer is not None:
                await sender.whole(answer)

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, sender: AnswerSender) -> Answer | None:
        try:
            environ = environ_of(scope)
        except MalformedRequest as problem:
            return refusals.malformed(str(problem))
        name = pool_of(environ)
        refuse = partial(refusals.refuse, environ=environ, pool=name)
        try:
            with self._counted(client_of(environ)):
                return await self._run(environ, self._pools[name], receive, sender)
        except body.BodyTooLarge:
            return refuse(Reason.TOO_LARGE)
        except body.BodyTooSlow:
            return refuse(Reason.TOO_SLOW)
        except (body.NoRoom, PoolIsFull):
            return refuse(Reason.BUSY)
        except TooManyRequests:
            return refuse(Reason.TOO_MANY)

    async def _run(self, environ: Environ, pool: Pool, receive: Receive, sender: AnswerSender) -> Answer | None:
        whole = await self._body(environ, pool.spec.body, receive)
        stream = Stream(sender, asyncio.get_running_loop())
        try:
            environ["wsgi.input"] = whole.file
            return await pool.run(partial(bridge.respond, self._handler, environ, stream))
        except PoolIsFull:
            raise
        except Exception:
            logger.exception("an answer broke off: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            if stream.started:
                # The server closes the connection without the body's end: the client sees that it is not whole.
                return None
            return refusals.refuse(Reason.FAULT, environ, pool.name)
        finally:
            whole.close()

    async def _body(self, environ: Environ, max_bytes: int, receive: Receive) -> Body:
        length, chunked = environ.get("CONTENT_LENGTH"), environ.pop("HTTP_TRANSFER_ENCODING", "")
        if not length and not chunked:
            return Body(self._spool)
        declared = int(length) if length else None
        if environ.pop("HTTP_EXPECT", "") and declared is not None and declared > max_bytes:
            # It asks before it sends (RFC 9110 10.1.1).
            raise body.BodyTooLarge
        whole = await body.read(receive, self._spool, declared=declared, max_bytes=max_bytes, pace=self._pace)
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
