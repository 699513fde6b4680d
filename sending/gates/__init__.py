"""The gates a mail passes before it is accepted: a list of small functions, in the order they are asked.

A gate gets the case, looks at one thing, and returns what it saw and what it compares it with; it raises Refused to
stop the whole mail. Gates about single recipients bar those and let the others pass.
"""

from __future__ import annotations

from collections.abc import Callable

from sending.gates import content, envelope, limits
from sending.gates.case import Case, Seen

Gate = Callable[[Case], Seen | None]
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
