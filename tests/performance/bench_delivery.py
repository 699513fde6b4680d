"""Delivery's speed beside its ceiling.

Two delivery processes drain a queue of 10 KB mails from a durable PostgreSQL of their own into a sink on
loopback. The ceiling of the same run: two processes that render, sign and send the same mails without any
database. Machines differ and are noisy; the ratio is what counts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from domains.dkim import generate
from sending.models import Message, QueueItem, Submission, ids
from sending.models.rows import insert, values_of
from sending.submission_fields import SubmissionFields
from templates_app.queries import compiled
from tests import factories
from tests.performance import mails
from tests.performance.stage import Stage

MAILS = 20_000
CEILING_MAILS = 8_000
PROCESSES = 2
MIN_RATIO = 0.3
ROWS_AT_ONCE = 5000


def run(stage: Stage, scale: float) -> bool:
    """Measure both and say whether the ratio is large enough."""
    count = int(MAILS * scale)
    key = fill(count, stage.folder)
    ceiling = measure_ceiling(stage, key)
    delivery = measure_delivery(stage, count)
    ratio = delivery / ceiling
    print(f"delivery ratio {ratio:.2f} ({delivery:,.0f}/s of {ceiling:,.0f}/s)")
    return ratio >= MIN_RATIO


def fill(count: int, folder: Path) -> Path:
    """Put `count` accepted mails into the queue; return the file of the domain's key."""
    pem, public = generate(2048)
    account = factories.account()
    factories.domain(account, name=mails.DOMAIN, dkim_private_key=pem, dkim_public_key=public)
    template = factories.template(account, html=mails.HTML, text=mails.TEXT)
    version = template.approved_id
    assert compiled(version).html
    numbers = ids.take(2 * count)
    submissions = [
        SubmissionFields(
            account_id=account.pk,
            message_id=f"bench-{n}",
            channel="api",
            submitted_by="bench",
            sender_domain=mails.DOMAIN,
            from_address=f"news@{mails.DOMAIN}",
            from_name="Shop",
            subject="Order {{order}} is on its way",
            to=[f"customer{n}@inbox.test"],
            template=template.pk,
            version=version,
            variables=mails.variables(n),
            header_message_id=f"<{n}@{mails.DOMAIN}>",
            headers={},
            unsubscribe="2",
        )
        for n in range(count)
    ]
    rows = list(zip(numbers[:count], numbers[count:], submissions, strict=True))
    for at in range(0, count, ROWS_AT_ONCE):
        put(rows[at : at + ROWS_AT_ONCE])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    key = folder / "dkim.pem"
    key.write_text(pem)
    return key


def put(rows: Sequence[tuple[int, int, SubmissionFields]]) -> None:
    """Write submissions with their number, their one message's number, and its place in the queue."""
    insert(Submission, [{"id": number, **values_of(submission)} for number, _, submission in rows])
    insert(
        Message,
        [
            {
                "id": message,
                "account_id": submission.account_id,
                "submission_id": number,
                "message_id": submission.message_id,
                "from_address": submission.from_address,
                "sender_domain": submission.sender_domain,
                "recipient": submission.to[0],
                "recipient_domain": "inbox.test",
                "subject": "Order",
                "template": submission.template,
            }
            for number, message, submission in rows
        ],
    )
    insert(
        QueueItem,
        [
            {"message": message, "account_id": submission.account_id, "recipient_domain": "inbox.test"}
            for _, message, submission in rows
        ],
    )


def measure_ceiling(stage: Stage, key: Path) -> float:
    """Return the mails per second of the processes without a database."""
    each = CEILING_MAILS // PROCESSES
    sink, port = stage.start_sink(each * PROCESSES)
    workers = [stage.start("-m", "tests.performance.ceiling", port, str(each), str(key)) for _ in range(PROCESSES)]
    assert sink.stdout is not None
    first, last = float(sink.stdout.readline()), float(sink.stdout.readline())
    for process in [*workers, sink]:
        process.wait()
    return each * PROCESSES / (last - first)


def measure_delivery(stage: Stage, count: int) -> float:
    """Return the mails per second from the first at the sink to the last result in the database."""
    sink, port = stage.start_sink(count)
    workers = [stage.start("manage.py", "run_delivery", "--once", SES_SIMULATOR_MX_PORT=port) for _ in range(PROCESSES)]
    assert sink.stdout is not None
    first = float(sink.stdout.readline())
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT EXISTS (SELECT FROM sending_queueitem)")
            if not cursor.fetchone()[0]:
                break
            time.sleep(0.02)
        last = time.monotonic()
        cursor.execute("SELECT count(*) FROM sending_message WHERE deliver_status = 1")
        delivered = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM sending_attempt WHERE outcome = 'delivered'")
        assert delivered == cursor.fetchone()[0] == count, f"{delivered} of {count} were delivered"
    connection.close()
    for process in [*workers, sink]:
        process.wait()
    return count / (last - first)
