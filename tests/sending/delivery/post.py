"""Accounts and mails in the queue, for the tests of delivery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from accounts.models import Account
from domains.dkim import generate
from domains.models import SenderDomain
from sending.models import Message, QueueItem, Submission
from tests import factories

PEM, PUBLIC = generate(1024)
HTML = '<html><body><p>Hello {{name}}</p><a href="https://shop.test/{{name}}">Shop</a></body></html>'


class Post:
    """One account that may send, and what it puts into the queue."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or factories.account()
        self.domain: SenderDomain = factories.domain(self.account, dkim_private_key=PEM, dkim_public_key=PUBLIC)
        self.template = factories.template(self.account, html=HTML)

    def submission(self, **fields: Any) -> Submission:
        """Return an accepted request."""
        return factories.submission(
            self.account,
            **{
                "sender_domain": self.domain.name,
                "from_address": f"news@{self.domain.name}",
                "subject": "Hi {{name}}",
                "to": ["ada@a.test"],
                "variables": {"name": "Ada"},
                "template": self.template.pk,
                "version": self.template.approved_id,
                "header_message_id": f"<1@{self.domain.name}>",
                **fields,
            },
        )

    def put(self, *recipients: str, due_in: float = 0, **fields: Any) -> list[Message]:
        """Put a mail for each recipient into the queue, all of one submission."""
        submission = fields.pop("submission", None) or self.submission(to=list(recipients), **fields)
        messages = [factories.message(self.account, submission=submission, recipient=to) for to in recipients]
        QueueItem.objects.bulk_create(
            QueueItem(
                message=message.pk,
                account=self.account,
                recipient_domain=message.recipient_domain,
                available_at=Now() + timedelta(seconds=due_in),
            )
            for message in messages
        )
        return messages
