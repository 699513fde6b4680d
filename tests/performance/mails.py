"""The mail of the benchmarks: 10 KB on the wire, with variables and tracked links."""

from __future__ import annotations

from datetime import UTC, datetime

from sending.delivery.queued import QueuedMessage, Sender, SubmissionData
from templates_app.rendering import Compiled, compile

DOMAIN, SELECTOR = "mail.bench.test", "ses"
PARAGRAPH = (
    "<p>Dear {{name}}, your order {{order}} has left our warehouse and will be with you soon. You can follow it at "
    '<a href="https://shop.test/orders/{{order}}">our shop</a> at any time, and write to us if anything is wrong.</p>\n'
)
HTML = f"<html><body><h1>Order {{{{order}}}}</h1>\n{PARAGRAPH * 17}</body></html>"
TEXT = "Dear {{name}}, your order {{order}} has left our warehouse. Write to us if anything is wrong.\n" * 10


def variables(number: int) -> dict[str, str]:
    """Return the variables of mail `number`."""
    return {"name": f"Customer {number}", "order": f"A-{number:08d}"}


def template() -> Compiled:
    """Return the compiled template."""
    return compile(HTML, TEXT)


def queued(number: int, key: str, template: Compiled) -> QueuedMessage:
    """Return a claimed message as the queue gives it, ready to be rendered."""
    submission = SubmissionData(
        id=number,
        accepted_at=datetime.now(UTC),
        account_id=1,
        message_id=f"bench-{number}",
        channel="api",
        submitted_by="bench",
        sender_domain=DOMAIN,
        from_address=f"news@{DOMAIN}",
        from_name="Shop",
        subject="Order {{order}} is on its way",
        to=[f"customer{number}@inbox.test"],
        template=1,
        version=1,
        variables=variables(number),
        header_message_id=f"<{number}@{DOMAIN}>",
        headers={},
        unsubscribe="2",
        trigger_type=0,
        has_attachments=False,
        may_send=True,
        sender=Sender(DOMAIN, SELECTOR, key, True),
    )
    return QueuedMessage(
        message=number,
        fence=1,
        attempts_before=0,
        recipient=submission.to[0],
        recipient_domain="inbox.test",
        submission=submission,
        template=template,
    )
