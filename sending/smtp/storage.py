"""Where mails wait while they come in: small ones in memory, large ones in files without a name, both bounded.

A file has no name in its folder, so that nothing is left of it when the process ends, however it ends.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

logger = logging.getLogger(__name__)

# A mail larger than this goes to a file, and also a smaller one when the memory for all is used up.
MAX_IN_MEMORY = 256 * 1024


class StorageFull(Exception):
    """There is no room for more of this mail now."""


class Storage:
    """The room that the mails of one process take while they come in, in bytes."""

    def __init__(self, folder: Path, *, max_memory: int, max_bytes: int, min_free_percent: int) -> None:
        """At most `max_bytes` in all, `max_memory` of them in memory; so much of the disk of `folder` stays free."""
        self._folder = folder
        self._max_memory = max_memory
        self._max_bytes = max_bytes
        self._min_free_percent = min_free_percent
        self.memory = 0
        self.used = 0

    def is_full(self) -> bool:
        """Say whether no further mail can be begun: all room is taken, or the disk is almost full."""
        return self.used >= self._max_bytes or self.is_disk_full()

    def is_disk_full(self) -> bool:
        """Say whether less of the disk is free than has to stay so, or the disk cannot be asked."""
        try:
            # Somebody may have emptied the folder above it.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk = shutil.disk_usage(self._folder)
        except OSError as error:
            logger.error("no room for mails that come in: %s", error)
            return True
        return disk.free * 100 < disk.total * self._min_free_percent

    def mail_data(self) -> MailData:
        """Return an empty mail text that takes its room here."""
        return MailData(self)

    def take(self, count: int) -> None:
        """Take room, or raise StorageFull."""
        if self.used + count > self._max_bytes:
            raise StorageFull
        self.used += count

    def has_memory(self, count: int) -> bool:
        """Say whether so many bytes more may stay in memory."""
        return self.memory + count <= self._max_memory

    def file(self) -> IO[bytes]:
        """Return a new file; raise StorageFull when there is no room for one."""
        if self.is_disk_full():
            raise StorageFull
        try:
            return tempfile.TemporaryFile(dir=self._folder, buffering=0)
        except OSError as error:
            raise StorageFull from error


class MailData:
    """The text of one mail; `close`, or the end of a `with`, gives its room back."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._in_memory = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0

    def write(self, chunk: bytes | bytearray) -> None:
        """Add to the text; raise StorageFull."""
        self._storage.take(len(chunk))
        self.size += len(chunk)
        if self._file is None:
            if self.size <= MAX_IN_MEMORY and self._storage.has_memory(len(chunk)):
                self._storage.memory += len(chunk)
                self._in_memory += chunk
                return
            self._file = self._storage.file()
            self._put(self._in_memory)
            self._storage.memory -= len(self._in_memory)
            self._in_memory = bytearray()
        self._put(chunk)

    def read(self) -> bytes:
        """Return the whole text."""
        if self._file is None:
            return bytes(self._in_memory)
        self._file.seek(0)
        return self._file.read()

    def head(self, count: int) -> bytes:
        """Return the first bytes of the text."""
        if self._file is None:
            return bytes(self._in_memory[:count])
        self._file.seek(0)
        return self._file.read(count)

    def close(self) -> None:
        """Forget the text and give its room back; a second time does nothing."""
        self._storage.memory -= len(self._in_memory)
        self._storage.used -= self.size
        self._in_memory, self.size = bytearray(), 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> MailData:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, chunk: bytes | bytearray) -> None:
        assert self._file is not None
        left = memoryview(chunk)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise StorageFull from error
