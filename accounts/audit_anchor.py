"""The anchor: the last seal this machine saw, in a file that the owner of the tables cannot write.

A chain says nothing about what was cut off at its end. The anchor does: the log must still hold that seal.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Anchor:
    """A seal's number and hash, written as `12:9f86…`."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Read what `str` wrote; raise ValueError for anything else."""
        number, _, digits = text.strip().partition(":")
        anchor = cls(int(number), bytes.fromhex(digits))
        if anchor.number < 1 or len(anchor.hash) != 32:
            raise ValueError(f"{text!r} is no anchor")
        return anchor


def read(path: Path | None) -> Anchor | None:
    """Return the anchor kept at `path`, None when there is none; raise ValueError for anything else there."""
    if path is None:
        return None
    try:
        return Anchor.parse(path.read_text())
    except FileNotFoundError:
        return None


def advance(path: Path | None, head: Anchor, *, holds: Callable[[Anchor], bool]) -> None:
    """Keep `head` at `path`, unless the anchor there is newer; one that the log no longer `holds` stays, as evidence.

    What stands in the way of the file is logged: the act and its seal are already committed.
    """
    if path is None:
        return
    try:
        with _locked(path):
            known = read(path)
            if known and known.number >= head.number:
                return
            if known and not holds(known):
                logger.error("The audit log no longer holds its anchor %s; run verify_audit.", known)
                return
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            with open(draft, "w") as file:
                file.write(f"{head}\n")
                file.flush()
                # A machine that stops now leaves the old anchor or the new one, never an empty file.
                os.fsync(file.fileno())
            draft.replace(path)
    except (OSError, ValueError) as error:
        logger.error("The anchor of the audit log could not be kept: %s", error)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path.with_name(f".{path.name}.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
