"""How the web server is started, and the limits that its sockets keep by themselves."""

from __future__ import annotations

import os
import resource
import socket
import sys
from pathlib import Path

from django.conf import settings

from config.web import certificates

PROCESSES = 2
# Each has database connections of its own; who needs more on this port puts a proxy in front.
TLS_PROCESSES = 1
# A request line with its headers fits twice: the API allows 32 KB of query.
HEAD_BYTES = 65_536
# Files beside connections: the database, the spool, the code.
_OTHER_FILES = 1024


def command(host: str, port: int, *, tls: bool = False) -> list[str]:
    """Return the command that serves `config.front` on one port, or its twin with TLS."""
    rules = settings.RULES
    processes = TLS_PROCESSES if tls else PROCESSES
    certificate = ["--ssl-certificate", str(tls_file()), "--ssl-keyfile", str(tls_key_file())]
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--http", "1", "--no-ws",
        # The loop that the flood of decision 18 was tried with.
        "--loop", "asyncio",
        "--host", host, "--port", str(port), "--workers", str(processes),
        # More may wait for a place than there are places.
        "--backlog", str(max(128, processes * rules.web_connections)), "--backpressure", str(rules.web_connections),
        "--http1-buffer-size", str(HEAD_BYTES),
        "--http1-header-read-timeout", str(1000 * min(60, rules.web_header_seconds)),
        "--respawn-failed-workers", "--log-level", "warning", "--workers-kill-timeout", "5s",
        # RFC 9325 3.1.1: 1.2 at least, which older SDKs speak alone.
        *([*certificate, "--ssl-protocol-min", "tls1.2"] if tls else []),
        "config.front_tls:application" if tls else "config.front:application",
    ]  # fmt: skip


def tls_file() -> Path:
    """Return the file of the certificate that the TLS port serves."""
    return Path(settings.TLS_CERT) if settings.TLS_CERT else _tls_folder() / certificates.CERTIFICATE


def tls_key_file() -> Path:
    """Return the file of its key."""
    return Path(settings.TLS_KEY) if settings.TLS_KEY else _tls_folder() / certificates.KEY


def ensure_certificate() -> None:
    """Make or renew the TLS port's certificate, unless one is given."""
    if settings.WEB_TLS_PORT and not settings.TLS_CERT:
        certificates.ensure(_tls_folder(), [settings.BIND_HOST, *settings.ALLOWED_HOSTS])


def tls_line() -> str:
    """Return the line that says where TLS is served, and how to trust it; "" where none is."""
    if not settings.WEB_TLS_PORT:
        return ""
    line = f"With TLS   https://127.0.0.1:{settings.WEB_TLS_PORT}"
    if settings.TLS_CERT:
        return line
    authority = _tls_folder() / certificates.AUTHORITY
    return (
        f'{line}   Trust it: cat {authority} >> "$(python -m certifi)" (tccli and the Python SDKs), or set '
        f"NODE_EXTRA_CA_CERTS (Node) or SSL_CERT_FILE (Go, curl) to that file, or import it into the browser."
    )


def _tls_folder() -> Path:
    return settings.DATA_DIR / "tls"


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
            duplicate = os.dup(int(name))
        except OSError:
            continue
        try:
            listening = socket.socket(fileno=duplicate)
        except OSError:
            os.close(duplicate)
            continue
        with listening:
            if listening.family in {socket.AF_INET, socket.AF_INET6} and listening.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds * 1000)
