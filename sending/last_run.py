"""Whether the database is older than the last run: then mails that wait in it may have been sent already.

A data folder (SES_DATA_DIR) has a name and, in the database, a row with a mark. Each look raises the mark by one,
waits until that is on disk, and only then writes it into the folder. So a crash can leave the folder behind the
database, never before it: a folder that remembers a higher mark than the database has is proof that the database lost
what it knew. No clock is compared; the times are there for people. A restore that lost less than the time
between two looks is not seen.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_noop

from accounts.caller import PlatformActor
from sending import holds
from sending.models import DatabaseIdentity, DataFolder, QueueItem

logger = logging.getLogger(__name__)

SERVICE = PlatformActor(gettext_noop("service"), "task")
# How long a folder that never ran here watches for others that run here now; each raises its mark once a second.
LIVE_SECONDS = 5.0
_POLL_SECONDS = 0.2

OLDER = gettext_noop(
    "The database is older than the last run: what it holds ends at %(database)s, but delivery ran with it until "
    "%(folder)s. It was restored from a backup, and emails that wait in it may have been sent already."
)
OLDER_THAN_ALL = gettext_noop(
    "The database is older than the last run: it knows nothing of it, but delivery ran with it until %(folder)s. It "
    "was restored from a backup, and emails that wait in it may have been sent already."
)
ELSEWHERE = gettext_noop(
    "This data folder is new, or a copy, but the database ran before, until %(database)s. If it was restored from a "
    "backup or copied, emails that wait in it may have been sent already."
)

_FLUSHED = "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
_IDENTITY = "INSERT INTO sending_databaseidentity (id) VALUES (1) ON CONFLICT (id) DO NOTHING"
_MARK = """
INSERT INTO sending_datafolder AS f (id, mark) VALUES (%s, %s)
ON CONFLICT (id) DO UPDATE SET mark = greatest(f.mark + 1, excluded.mark), marked_at = statement_timestamp()
RETURNING mark, marked_at
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the folder remembers; all texts."""

    folder: str
    # When the file with the folder's name was made: a copy of the folder is younger than what it remembers.
    born: str
    database: str
    mark: int
    marked_at: str


def birth_of(path: Path) -> str:
    """Return when a file was made, "" where the file system does not say; a copy of it has another time."""
    birth = getattr(path.stat(), "st_birthtime", None)
    if birth is not None:
        return str(birth)
    # Python does not ask Linux for it.
    try:
        done = subprocess.run(["stat", "--format=%.9W", str(path)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    said = done.stdout.strip()
    return "" if said.startswith(("0", "-", "?")) else said


class LastRun:
    """The memory of one data folder, for one process."""

    def __init__(
        self, folder: Path, *, live_seconds: float = LIVE_SECONDS, birth: Callable[[Path], str] = birth_of
    ) -> None:
        self._folder = folder / "last_run"
        self._name_file = self._folder / "name"
        self._live_seconds = live_seconds
        self._birth = birth
        # Said once, not each second while a disk is full.
        self._has_warned = False
        # The file's identity and what `birth` said of it: it is asked once.
        self._known_birth: tuple[tuple[int, int], str] | None = None

    def look(self) -> str:
        """Compare the database with the folder, put everything on hold when it is older, and mark this moment.

        Return why it was put on hold, in English; "" when all is well.
        """
        database = _database()
        try:
            # Before the mark in the database: what the file holds was committed by then.
            memory = self._remembered(database)
            folder, born = self._name()
        except OSError as error:
            self._warn(error)
            return ""
        is_doubtful = memory is None and self._may_have_sent()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FLUSHED)
            row = DataFolder.objects.select_for_update().filter(pk=folder).first()
            reason, values = _elsewhere() if is_doubtful else _compared(memory, row)
            if reason:
                holds.hold(SERVICE, kinds=holds.Kind, reason=reason, values=values, outranks=True)
            cursor.execute(_MARK, [folder, memory.mark + 1 if memory else 1])
            mark, marked_at = cursor.fetchone()
        self._remember(Memory(folder, born, database, mark, _text(marked_at)))
        if not reason:
            return ""
        logger.error("%s Nothing is sent until it is released.", reason % values)
        return reason % values

    def _may_have_sent(self) -> bool:
        """Say whether mails wait in a database that ran elsewhere before, and does not run there now."""
        return DataFolder.objects.exists() and QueueItem.objects.exists() and not self._is_live()

    def _is_live(self) -> bool:
        """Say whether another process marks this database: then it is one more machine of many, not a restore."""
        before, end = _marks(), time.monotonic() + self._live_seconds
        while time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            if _marks() != before:
                return True
        return False

    def _remembered(self, database: str) -> Memory | None:
        """Return what the folder remembers of a database; None when that is nothing, or another folder's."""
        try:
            memory = Memory(**json.loads(self._file(database).read_text()))
            name = self._name_file.read_text()
        except (FileNotFoundError, ValueError, TypeError):
            return None
        if (memory.folder, memory.database) != (name, database):
            return None
        born = self._born()
        if memory.born and born and memory.born != born:
            # A copy: both folders may run, so each needs a name of its own.
            self._name_file.unlink(missing_ok=True)
            return None
        return memory

    def _name(self) -> tuple[str, str]:
        """Return the folder's name, made on first use, and when that was."""
        if self._name_file.exists() and not _is_name(self._name_file.read_text(errors="replace")):
            logger.warning("%s holds no name, and gets a new one.", self._name_file)
            self._name_file.unlink(missing_ok=True)
        if not self._name_file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f".name.{uuid.uuid4().hex}"
            try:
                _write(draft, str(uuid.uuid4()))
                # Another process may be first: a link never replaces what is there.
                os.link(draft, self._name_file)
            except FileExistsError:
                pass
            finally:
                draft.unlink(missing_ok=True)
        return self._name_file.read_text(), self._born()

    def _born(self) -> str:
        found = self._name_file.stat()
        identity = (found.st_dev, found.st_ino)
        if self._known_birth is None or self._known_birth[0] != identity:
            self._known_birth = identity, self._birth(self._name_file)
        return self._known_birth[1]

    def _remember(self, memory: Memory) -> None:
        draft = self._folder / f".{memory.database}.{os.getpid()}"
        try:
            _write(draft, json.dumps(asdict(memory)))
            os.replace(draft, self._file(memory.database))
        except OSError as error:
            # Delivery does not wait for it: the mails matter more than the memory.
            self._warn(error)
            return
        self._has_warned = False

    def _warn(self, error: OSError) -> None:
        if not self._has_warned:
            logger.warning("%s cannot be used (%s): a restore may not be noticed.", self._folder, error)
        self._has_warned = True

    def _file(self, database: str) -> Path:
        return self._folder / f"{database}.json"


def _write(path: Path, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
        file.flush()
        # A power cut must not leave an empty file.
        os.fsync(file.fileno())


def _is_name(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _database() -> str:
    """Return the name of the database, which it gets now when its tables were emptied."""
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITY)
    return str(DatabaseIdentity.objects.get().name)


def _compared(memory: Memory | None, row: DataFolder | None) -> tuple[str, dict[str, str]]:
    """Return why the database is older than what the folder remembers of it, with the values; "" when it is not."""
    if memory is None:
        return "", {}
    if row is None:
        return OLDER_THAN_ALL, {"folder": memory.marked_at}
    if row.mark < memory.mark:
        return OLDER, {"database": _text(row.marked_at), "folder": memory.marked_at}
    return "", {}


def _elsewhere() -> tuple[str, dict[str, str]]:
    last = DataFolder.objects.order_by("-marked_at").values_list("marked_at", flat=True)[0]
    return ELSEWHERE, {"database": _text(last)}


def _marks() -> int:
    return DataFolder.objects.aggregate(total=Sum("mark"))["total"] or 0


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
