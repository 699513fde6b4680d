"""The processes of a running product, found by what they were started as."""

from __future__ import annotations

from pathlib import Path

from tests.product import Product

TLS = "config.front_tls"


def family(head: int) -> dict[int, tuple[int, list[str]]]:
    """Return every process under `head`: its parent and its command."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: dict[int, tuple[int, list[str]]] = {}
    waiting = [head]
    while waiting:
        parent = waiting.pop()
        for child in [pid for pid, of in parents.items() if of == parent]:
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            found[child] = (parent, command)
            waiting.append(child)
    return found


def running(product: Product, name: str) -> int | None:
    """Return the process of this name; a worker of granian is what stands at the end of granian's own line.

    granian is the one of the clear port, not its twin with TLS.
    """
    head = product.process.pid
    every = family(head)
    parents = {parent for parent, _ in every.values()}
    for pid, (parent, command) in sorted(every.items()):
        words = " ".join(command)
        if name == "granian-worker":
            # From Python 3.14 on a server of forks stands between the two; a tracker of resources is no worker.
            if pid not in parents and "resource_tracker" not in words and _is_below_granian(pid, every, head):
                return pid
        elif parent == head and name in words and TLS not in words:
            return pid
    return None


def _is_below_granian(pid: int, every: dict[int, tuple[int, list[str]]], head: int) -> bool:
    parent, _ = every[pid]
    if parent not in every:
        return False
    grandparent, command = every[parent]
    words = " ".join(command)
    return "granian" in words and TLS not in words if grandparent == head else _is_below_granian(parent, every, head)
