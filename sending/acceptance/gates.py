"""The gates a mail passes before it is accepted: a list of small functions, in the order they are asked.

A gate gets the case, looks at one thing, and returns what it saw and what it compares it with; it raises Refused to
stop the whole mail. Gates about single recipients refuse those and let the others pass.
"""

from __future__ import annotations

from collections.abc import Callable

from sending.acceptance import content, envelope, limits
from sending.acceptance.case import Case, GateFinding

Gate = Callable[[Case], GateFinding | None]
GATES: tuple[Gate, ...] = (
    envelope.account_active,
    envelope.sender_format,
    envelope.sender_verified,
    envelope.header_from,
    envelope.reply_to,
    envelope.recipients_present,
    envelope.recipients_number,
    envelope.recipients_format,
    content.content_given,
    content.template_approved,
    content.variables_given,
    content.subject_fits,
    content.options_known,
    content.extra_headers,
    content.attachments_allowed,
    content.attachments_size,
    content.content_size,
    limits.queue_room,
    limits.not_blocked,
    limits.recipient_frequency,
    limits.sending_rate,
    limits.daily_volume,
)
