"""Reports from outside: for some of the mails that arrived, a bounce or a complaint comes back, until it is taken."""

from __future__ import annotations

import smtplib
import threading
import time
from dataclasses import dataclass, field

from tests.product import Product
from tests.sending.inbound.mails import ARF, DSN
from tests.sending.smtp.sink import ReceivedMail, Sink

# One report in so many is a complaint, the others are bounces.
COMPLAINT_EVERY = 5


@dataclass
class Reports:
    """What the report port took (its 250), by the address that the mail went to."""

    wanted: int
    bounced: set[str] = field(default_factory=set)
    complained: set[str] = field(default_factory=set)
    # Tries that got no 250: the sender keeps the report and comes again.
    refused: int = 0

    @property
    def taken(self) -> int:
        """Return how many reports were answered 250."""
        return len(self.bounced) + len(self.complained)


def report_until(over: threading.Event, product: Product, sink: Sink, reports: Reports, *, every: int) -> None:
    """Report on each `every`-th mail that arrives, until all wanted reports are taken."""
    seen = 0
    while reports.taken < reports.wanted and not over.is_set():
        if len(sink.mails) <= seen * every:
            time.sleep(0.02)
            continue
        mail = sink.mails[seen * every]
        seen += 1
        if mail.recipient not in reports.bounced | reports.complained:
            _hand_in(over, product, mail, reports)


def _hand_in(over: threading.Event, product: Product, mail: ReceivedMail, reports: Reports) -> None:
    is_complaint = reports.taken % COMPLAINT_EVERY == COMPLAINT_EVERY - 1
    raw = (
        ARF % {b"type": b"abuse"}
        if is_complaint
        else DSN % {b"action": b"failed", b"status": b"5.1.1", b"words": b"550 5.1.1 User unknown"}
    )
    while not over.is_set():
        try:
            with smtplib.SMTP("127.0.0.1", int(product.environment["SES_INBOUND_PORT"]), timeout=60) as port:
                port.sendmail("", [mail.sender], raw)
        except (OSError, smtplib.SMTPException):
            reports.refused += 1
            time.sleep(0.2)
            continue
        (reports.complained if is_complaint else reports.bounced).add(mail.recipient)
        return
