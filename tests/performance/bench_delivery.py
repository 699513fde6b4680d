"""Delivery's speed beside its ceiling.

Two delivery processes drain a queue of 10 KB mails from a durable PostgreSQL of their own into a sink on
loopback. The ceiling of the same run: two processes that render, sign and send the same mails without any
database. Machines differ and are noisy; the ratio is what counts.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from django.db import connection

from domains.dkim import generate
from sending.models import ids
from templates_app.queries import compiled
from tests import factories
from tests.performance import mails
from tests.performance.stage import Stage

MAILS = 20_000
CEILING_MAILS = 8_000
PROCESSES = 2
MIN_RATIO = 0.3


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
    """Put `count` accepted mails into the queue by COPY; return the file of the domain's key."""
    pem, public = generate(2048)
    account = factories.account()
    factories.domain(account, name=mails.DOMAIN, dkim_private_key=pem, dkim_public_key=public)
    template = factories.template(account, html=mails.HTML, text=mails.TEXT)
    version = template.approved_id
    assert compiled(version).html
    numbers = ids.take(2 * count)
    sender, submissions, messages = f"news@{mails.DOMAIN}", numbers[:count], numbers[count:]
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY sending_submission (id, account_id, message_id, channel, submitted_by, sender_domain, from_address, "
            'from_name, header_from, reply_to, subject, "to", cc, bcc, template, version, variables, '
            "header_message_id, headers, unsubscribe, trigger_type) FROM STDIN"
        ) as copy:
            for n, submission in enumerate(submissions):
                copy.write_row(
                    (
                        submission,
                        account.pk,
                        f"bench-{n}",
                        "api",
                        "bench",
                        mails.DOMAIN,
                        sender,
                        "Shop",
                        "",
                        "",
                        "Order {{order}} is on its way",
                        json.dumps([f"customer{n}@inbox.test"]),
                        "[]",
                        "[]",
                        template.pk,
                        version,
                        json.dumps(mails.variables(n)),
                        f"<{n}@{mails.DOMAIN}>",
                        "{}",
                        "2",
                        0,
                    )
                )
        with cursor.copy(
            "COPY sending_message (id, account_id, submission_id, message_id, from_address, sender_domain, recipient, "
            "recipient_domain, subject, template, send_status, deliver_status, deliver_message, trace) FROM STDIN"
        ) as copy:
            for n, (message, submission) in enumerate(zip(messages, submissions, strict=True)):
                copy.write_row(
                    (
                        message,
                        account.pk,
                        submission,
                        f"bench-{n}",
                        sender,
                        mails.DOMAIN,
                        f"customer{n}@inbox.test",
                        "inbox.test",
                        "Order",
                        template.pk,
                        0,
                        0,
                        "",
                        "[]",
                    )
                )
        with cursor.copy(
            "COPY sending_queueitem (message, account_id, recipient_domain, fence, attempts, worker) FROM STDIN"
        ) as copy:
            for message in messages:
                copy.write_row((message, account.pk, "inbox.test", 0, 0, ""))
        cursor.execute("ANALYZE")
    connection.close()
    key = folder / "dkim.pem"
    key.write_text(pem)
    return key


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
