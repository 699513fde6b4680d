"""One request through Django's WSGI handler, in the thread that called: signals, connection and close() stay there."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import IO, Any

from config.web.answer import Answer, FilePart, Headers, Stream
from config.web.body import ClientGone
from config.web.environ import Environ

Handler = Callable[..., Any]


class FileResponseBody:
    """What Django makes of a response that is a file (PEP 3333, optional platform-specific file handling)."""

    def __init__(self, file: IO[bytes], block_size: int = 8192) -> None:
        self.file = file

    def close(self) -> None:
        """Close the response that the file belongs to, in this thread.

        Django puts the response's close() in the place of the file's own. Left there it is called by the garbage
        collector, in whatever thread, and the transaction that this thread is in loses its connection.
        """
        try:
            self.file.close()
        finally:
            vars(self.file).pop("close", None)

    def __iter__(self) -> Any:
        return iter(lambda: self.file.read(64 * 1024), b"")


class MayNotStream(RuntimeError):
    """The answer would hold its thread for as long as its client likes, in a pool where that is not meant."""


def respond(handler: Handler, environ: Environ, stream: Stream | None) -> Answer | None:
    """Return the answer to a whole request; None when it was streamed already; MayNotStream without `stream`."""
    head: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
        head[:] = [(int(status.split(" ", 1)[0]), headers)]

    environ["wsgi.file_wrapper"] = FileResponseBody
    response = handler(environ, start_response)
    try:
        status, headers = head[0]
        if environ["REQUEST_METHOD"] == "HEAD":
            return Answer(status, headers)
        if isinstance(response, FileResponseBody) and (part := _part(response.file)):
            return Answer(status, headers, part)
        if isinstance(response, FileResponseBody) or getattr(response, "streaming", False):
            if stream is None:
                raise MayNotStream
            try:
                stream.send(status, headers, response)
            except ClientGone:
                # Nobody is left to be told; the generator ends as the response is closed.
                return None
            return None
        body = b"".join(response)
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("Content-Length", str(len(body)))]
        return Answer(status, headers, body)
    finally:
        response.close()


def _part(file: IO[bytes]) -> FilePart | None:
    """Return a handle of our own on a file, which outlives the response; None when it is no file of the system."""
    try:
        return FilePart(os.dup(file.fileno()), file.tell())
    except (OSError, AttributeError, io.UnsupportedOperation):
        return None
