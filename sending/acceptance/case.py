"""A draft on its way through the gates, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import formats
from django.utils.translation import gettext, override

from accounts.caller import Caller
from accounts.mail.addresses import AddressKey, Mailbox
from accounts.models import Account
from domains.models import SenderAddress
from sending.acceptance.draft import Draft
from templates_app.models import Version

# How many names a message lists before it says "and n more".
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class RecipientRefusal:
    """Why one recipient gets no mail: the API's status number and code, and what to do.

    `text` is marked for translation and filled by `values`; `reason` is what the block was made for, as it came.
    """

    gate: str
    send_status: int
    code: str
    text: str
    values: Mapping[str, str]
    reason: str = ""

    @property
    def message(self) -> str:
        """Return the English message, which is what is stored."""
        with override("en"):
            return self.translated()

    def translated(self) -> str:
        """Return the message in the active language."""
        message = gettext(self.text) % self.values
        return f"{message} {gettext('Reason: %(reason)s') % {'reason': self.reason}}" if self.reason else message


@dataclass(slots=True)
class Recipient:
    """One address the mail is for; `key` is what blocks and limits go by."""

    mailbox: Mailbox
    key: AddressKey
    refusal: RecipientRefusal | None = None


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What a gate saw, and what it was compared with: figures and codes; `presentation` writes them out."""

    value: str | int
    limit: str | int = ""


@dataclass
class Case:
    """A draft on its way through the gates, with what they found."""

    caller: Caller
    draft: Draft
    trace: list[tuple[str, GateFinding]] = field(default_factory=list)
    mailbox: Mailbox = field(init=False)
    sender: SenderAddress = field(init=False)
    header_from: str = ""
    reply_to: str = ""
    to: list[Recipient] = field(init=False)
    cc: list[Recipient] = field(init=False)
    bcc: list[Recipient] = field(init=False)
    version: Version = field(init=False)
    # Filled in; what is stored of it shows no sensitive value.
    subject: str = field(init=False)
    sensitive: list[str] = field(init=False)

    @property
    def account(self) -> Account:
        """Return the account that sends."""
        return self.caller.account

    @property
    def values(self) -> dict[str, str]:
        """Return the variables."""
        return dict(self.draft.variables or {})

    @property
    def recipients(self) -> list[Recipient]:
        """Return all recipients, hidden ones too."""
        return [*self.to, *self.cc, *self.bcc]

    @property
    def live(self) -> list[Recipient]:
        """Return the recipients that no gate has refused."""
        return [recipient for recipient in self.recipients if recipient.refusal is None]


def grouped(number: int) -> str:
    """Return a large number as people read it."""
    return formats.number_format(number, force_grouping=True)


def listed(texts: Iterable[str]) -> str:
    """Return a few of the texts, and how many more there are."""
    shortened = [text[:80] for text in texts]
    names = ", ".join(shortened[:MAX_NAMED])
    more = len(shortened) - MAX_NAMED
    return gettext("%(names)s and %(count)d more") % {"names": names, "count": more} if more > 0 else names
