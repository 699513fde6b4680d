"""How the web server is started, and the limits that its sockets keep by themselves."""

from __future__ import annotations

import os
import resource
import socket
import sys

from django.conf import settings

PROCESSES = 2
# A request line with its headers fits twice: the API allows 32 KB of query.
HEAD_BYTES = 65_536
# Files beside connections: the database, the spool, the code.
_OTHER_FILES = 1024


def command(host: str, port: int) -> list[str]:
    """Return the command that serves `config.front` on one port."""
    rules = settings.RULES
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--http", "1", "--no-ws",
        # The loop that the flood of decision 18 was tried with.
        "--loop", "asyncio",
        "--host", host, "--port", str(port), "--workers", str(PROCESSES),
        # More may wait for a place than there are places.
        "--backlog", str(max(128, PROCESSES * rules.web_connections)), "--backpressure", str(rules.web_connections),
        "--http1-buffer-size", str(HEAD_BYTES),
        "--http1-header-read-timeout", str(1000 * min(60, rules.web_header_seconds)),
        "--respawn-failed-workers", "--log-level", "warning", "--workers-kill-timeout", "5s",
        "config.front:application",
    ]  # fmt: skip


def allow_connections(count: int) -> None:
    """Let this process open `count` connections beside its other files, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def cut_off_silent_readers(seconds: int) -> None:
    """Let the system close a connection whose client takes nothing of its answer for so long (Linux only).

    Whoever accepts from a listening socket gets its options; the server itself has no such limit.
    """
    if not sys.platform.startswith("linux"):
        return
    for name in os.listdir("/proc/self/fd"):
        try:
            listening = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue
        with listening:
            if listening.family in {socket.AF_INET, socket.AF_INET6} and listening.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds * 1000)
