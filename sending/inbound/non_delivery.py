"""Mails without a report's part (RFC 3464 2) that say that ours was not delivered, as many programs write them (pure).

Decision 0026 gives the rule.
"""

from __future__ import annotations

from email.message import Message

from sending.inbound import auto_replies, own_words, phrases, senders
from sending.inbound.senders import SenderKind

# Exim's and Gmail's, and Exchange's, in nothing but reports of non-delivery.
_FIELDS = ("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr")
_ANSWERS = (phrases.CHALLENGE, phrases.TICKET, phrases.ANSWER)


def is_told(mail: Message, sent: str = "") -> bool:
    """Say whether a program that delivers mail tells that ours, with the subject `sent`, was not delivered, or not yet.

    First what the mail is: a report of another type, an answer, good news. Then who wrote it. Words come last: they
    have to be its own, and of a postmaster's mailbox, or of an unknown sender, they have to say so.
    """
    report_type = auto_replies.report_type(mail)
    if auto_replies.is_receipt(mail) or report_type not in {"", "delivery-status"}:
        return False
    subject, text = own_words.subject(mail, sent), own_words.text(mail, sent)
    if phrases.says_any((phrases.AWAY, phrases.DELIVERED), subject, besides=sent) or phrases.says(
        phrases.GOOD_ACTION, text
    ):
        return False
    if report_type or any(name in mail for name in _FIELDS):
        return True
    sender, has_fields, has_copy = senders.of(mail), auto_replies.has_fields(mail), own_words.has_copy(mail)
    is_answer = has_fields or phrases.says_any(_ANSWERS, subject, besides=sent)
    is_title = phrases.says_any((phrases.TITLE, phrases.NON_DELIVERY), subject, besides=sent)
    has_reply, line = phrases.says(phrases.REPLY, text), _on_one_line(text)
    has_words = has_reply or phrases.says_any((phrases.NON_DELIVERY, phrases.STILL_TRYING), line, besides=sent)
    if sender is SenderKind.DAEMON:
        return is_title or has_words or has_copy or not is_answer
    is_answer = is_answer or phrases.says(phrases.CHALLENGE, line, besides=sent)
    is_personal = senders.has_personal_envelope(mail)
    if sender is SenderKind.POSTMASTER:
        if is_answer:
            return (is_title or has_reply or (has_copy and has_words)) and not (has_fields and is_personal)
        return is_title or has_words or has_copy
    if is_answer or phrases.says(phrases.AWAY, line, besides=sent):
        return False
    if has_copy and has_words and (is_title or senders.has_empty_envelope(mail)):
        return True
    # A title is known to be none of our words when these are known.
    return sent != "" and is_title and has_reply and not is_personal


def is_still_tried(mail: Message, sent: str = "") -> bool:
    """Say whether the program goes on trying, so that nothing is decided yet."""
    text = _on_one_line(own_words.subject(mail, sent), own_words.text(mail, sent))
    return phrases.says(phrases.STILL_TRYING, text, besides=sent)


def _on_one_line(*texts: str) -> str:
    """Return texts joined, without the line ends that may stand within a sentence."""
    return " ".join(" ".join(texts).split())
