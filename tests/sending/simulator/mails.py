"""A mail of ours as it arrives, and a world that remembers who came."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

BASE = settings.PUBLIC_URL
RAW = f"""\
From: =?utf-8?b?U2hvcCDwn5GL?= <news@mail.example.test>
To: ann@x.test
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
 und mehr
List-Unsubscribe: <{BASE}/u/TOKEN>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
DKIM-Signature: v=1; a=rsa-sha256; d=mail.example.test
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="M"

--M
Content-Type: multipart/alternative; boundary="A"

--A
Content-Type: text/plain; charset=utf-8

Plain words
--A
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PCFkb2N0eXBlIGh0bWw+PGh0bWw+PGhlYWQ+PC9oZWFkPjxwPkhlbGxvPC9wPjwvaHRtbD4=
--A--
--M
Content-Type: application/pdf
Content-Disposition: attachment; filename="=?utf-8?q?pr=C3=A9cis.pdf?="

%PDF
--M--
""".replace("\n", "\r\n").encode()


def with_html(html: str) -> bytes:
    """Return a mail of that HTML."""
    head = RAW.partition(b"MIME-Version")[0]
    return head + b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


@dataclass
class Visits:
    """A world that only remembers."""

    fetched: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def fetch(self, url: str, *, agent: str, body: bytes | None = None) -> None:
        self.fetched.append((url, agent, body))

    def send(self, to: str, raw: bytes) -> None:
        self.sent.append((to, raw))
