"""Mails without a report's part that say that ours was not delivered, as many programs write them. Decision 0026."""

from __future__ import annotations

from email.message import Message

from sending.inbound import auto_replies, own_words, phrases, senders
from sending.inbound.senders import Sender

# What a subject may say that no report of non-delivery says.
_NOT_THIS = (phrases.AWAY, phrases.CHALLENGE, phrases.DELIVERED)


def is_told(mail: Message, sent: str = "") -> bool:
    """Say whether a program that delivers mail tells that ours, with the subject `sent`, was not delivered, or not yet.

    First what the mail is: a report of another type, an answer, good news. Then who wrote it. Words come last: they
    have to be its own, and of a postmaster's mailbox, or of an unknown sender, they have to say so.
    """
    report_type = auto_replies.report_type(mail)
    if auto_replies.is_receipt(mail) or report_type not in {"", "delivery-status"}:
        return False
    subject = own_words.subject(mail, sent)
    if any(phrases.says(words, subject, besides=sent) for words in _NOT_THIS):
        return False
    if report_type or "X-Failed-Recipients" in mail:
        return True
    sender, answers = senders.of(mail), auto_replies.has_fields(mail)
    text = own_words.text(mail, sent)
    has_reply, has_copy = phrases.says(phrases.REPLY, text), own_words.has_copy(mail)
    is_said = has_reply or any(
        phrases.says(words, said, besides=sent)
        for words, said in ((phrases.TITLE, subject), (phrases.NON_DELIVERY, _on_one_line(subject, text)))
    )
    if sender is Sender.DAEMON:
        return is_said or has_copy or not answers
    if answers and (sender is Sender.OTHER or senders.has_personal_envelope(mail)):
        return False
    is_empty = senders.has_empty_envelope(mail)
    if sender is Sender.POSTMASTER:
        return is_said and (not answers or has_reply or has_copy or is_empty)
    return is_said and has_copy and is_empty


def is_still_tried(mail: Message, sent: str = "") -> bool:
    """Say whether the program goes on trying, so that nothing is decided yet."""
    text = _on_one_line(own_words.subject(mail, sent), own_words.text(mail, sent))
    return phrases.says(phrases.STILL_TRYING, text, besides=sent)


def _on_one_line(*texts: str) -> str:
    """Return texts joined, without the line ends that may stand within a sentence."""
    return " ".join(" ".join(texts).split())
