"""THE list of what a submission carries: acceptance writes these columns, delivery reads them, MIME writes mails from
them. A new field of a mail is named here and nowhere else in a list (pure).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFields:
    """One accepted request, each field a column of the table of submissions."""

    account_id: int
    # The id the client got.
    message_id: str
    channel: str
    submitted_by: str
    sender_domain: str
    from_address: str
    from_name: str = ""
    # Full value of the From header where the client gave its own; else empty.
    header_from: str = ""
    reply_to: str = ""
    # Before its variables are filled in.
    subject: str
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    template: int
    version: int
    variables: Mapping[str, str]
    # Names of the sensitive ones: "" while their value stands above, then its keyed hash (sending.sensitive).
    sensitive: Mapping[str, str] = field(default_factory=dict)
    # With its angle brackets.
    header_message_id: str
    # Extra headers, name -> value.
    headers: Mapping[str, str]
    # "0" none, else the language of the unsubscribe link.
    unsubscribe: str = "0"
    # 0 bulk, 1 triggered.
    trigger_type: int = 0
