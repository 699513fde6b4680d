"""Rendering: wanted messages wait here for their bytes, then go to their sites."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from django.db import Error as DatabaseError

from sending.delivery import pipeline, queue
from sending.delivery.capacity import Capacity
from sending.delivery.in_flight import InFlight
from sending.delivery.pipeline import Verdict
from sending.delivery.queued import QueuedMessage, RenderedMail
from sending.delivery.results import put_back
from sending.delivery.sites import Site
from sending.delivery.threads import EngineThreads, database_away
from sending.smtp.result import fault

logger = logging.getLogger(__name__)

CHUNK = 25
# Rendered mails that wait to be sent, in bytes; beyond it nothing is rendered.
MAX_RENDERED_BYTES = 64 * 1024 * 1024
FULL_SECONDS = 0.05


class Rendering:
    """The messages of one process that are to be rendered; `run` may run several times side by side."""

    def __init__(
        self, threads: EngineThreads, in_flight: InFlight, unsent: Callable[[QueuedMessage, Verdict], None]
    ) -> None:
        """`unsent` takes each message whose mail cannot be made, with what becomes of it."""
        self._threads = threads
        self._in_flight = in_flight
        self._unsent = unsent
        self._waiting: asyncio.Queue[tuple[QueuedMessage, Site]] = asyncio.Queue()
        # The bytes of mails that are rendered, until their messages are forgotten.
        self.capacity = Capacity()

    def put(self, queued: QueuedMessage, site: Site) -> None:
        """Take a message; its mail goes to `site`."""
        self._waiting.put_nowait((queued, site))

    def give_back(self) -> None:
        """Return what has not begun to the queue, at once."""
        while not self._waiting.empty():
            queued, _ = self._waiting.get_nowait()
            self._in_flight.add(put_back(queued, 0.0))

    async def run(self) -> None:
        """Render for ever, a chunk at a time."""
        while True:
            chunk = [await self._waiting.get()]
            while len(chunk) < CHUNK and not self._waiting.empty():
                chunk.append(self._waiting.get_nowait())
            while self.capacity.used > MAX_RENDERED_BYTES:
                await asyncio.sleep(FULL_SECONDS)
            try:
                await self._render(chunk)
            except (DatabaseError, MemoryError, OSError) as error:
                for queued, _ in chunk:
                    self._in_flight.add(put_back(queued, 0.0))
                await database_away(error)
            except Exception as error:
                logger.exception("%d mails could not be made; they are tried again later.", len(chunk))
                for queued, _ in chunk:
                    self._unsent(queued, fault(error))

    async def _render(self, chunk: Sequence[tuple[QueuedMessage, Site]]) -> None:
        with_files = {queued.submission.id for queued, _ in chunk if queued.submission.has_attachments}
        files = await self._threads.take(queue.attachments, with_files) if with_files else {}
        messages = [queued for queued, _ in chunk]
        rendered = await self._threads.render(_render_all, messages, files)
        for (queued, site), mail in zip(chunk, rendered, strict=True):
            if isinstance(mail, RenderedMail):
                queued.places.enter_context(self.capacity.take(len(mail.data)))
                site.put(mail)
            else:
                self._unsent(queued, mail)


def _render_all(
    messages: Sequence[QueuedMessage], files: Mapping[int, Sequence[tuple[str, bytes]]]
) -> list[RenderedMail | Verdict]:
    rendered: list[RenderedMail | Verdict] = []
    for queued in messages:
        try:
            rendered.append(pipeline.render(queued, files.get(queued.submission.id, ())))
        except Exception as error:
            logger.exception("The mail of message %s cannot be made; it is tried again later.", queued.message)
            rendered.append(fault(error))
    return rendered
