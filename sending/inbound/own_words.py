"""What a mail says itself: without our own subject, what it quotes, and the copy of our email (pure).

Whoever answers repeats what we wrote. Words of ours in a mail that comes back say nothing about what became of it.
"""

from __future__ import annotations

import html
import re
from email.message import Message

from accounts.mail.text import NOT_IN_LINE
from sending.inbound.report import parts, text_header, text_of

MAX_TEXT = 20_000
MAX_LINE = 300
TEXT_PARTS = frozenset({"text/plain", "text/html"})
# RFC 6522 3: the copy that a report returns; and the names it had before.
COPY_PARTS = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/global-headers",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
    }
)
# A subject so short is ours only where it stands as a word of its own.
MIN_SUBJECT = 4
_COLON = re.compile(r"\s*[:：]")
# Sendmail's and Exim's word before their own.
_LEAD = re.compile(r"^\s*(?:warning|attention)\s*[:：]", re.IGNORECASE)
# Quoted as RFC 3676 4.5 has it; "<<<" and ">>> " are lines of an SMTP dialogue.
_QUOTED = re.compile(r"^\s{0,3}>(?!>> )|^\s{0,3}\|\s")
# From here on it is a copy of another mail: a ruled line that says so, or the words before a quote.
_COPY = re.compile(
    r"^\s*[-=_*~]{2,}+[^\n]{0,60}"
    r"(?:original|cop(?:y|ie)|returned (?:message|mail)|unsent|undelivered|forwarded|below this line"
    r"|headers?\b[^\n]{0,20}message"
    r"|weitergeleitet|ursprüngliche|message d'origine|mensagem original|mensaje original|messaggio originale"
    r"|原始(?:邮件|郵件|信件|消息)|原邮件|转发|轉寄|元のメッセージ|원본)"
    r"|^\s*(?:On|Am|Le|El|Em|Il|Op|Den|W dniu)\s[^\n]{5,160}"
    r"(?:wrote|schrieb[^\n]{0,60}|écrit|escribi[oó]|escreveu|scritto|schreef|skrev|napisał\(?a?\)?)\s?[:：]\s*$"
    r"|^[^\n]{5,120}(?:写道|寫道|のメッセージ|作成)\s?[:：]\s*$",
    re.IGNORECASE,
)
# Fields that stand in a mail's head alone.
_HEAD = re.compile(r"^(?:Received: (?:from|by|\()|Return-Path: ?<|DKIM-Signature: ?[a-z]=)", re.IGNORECASE)
_NEW_LINE = re.compile(
    r"<(?:/?(?:p|div|tr|td|th|table|li|ul|ol|pre|h[1-6]|hr|blockquote)|br)\b[^<>]{0,2000}>", re.IGNORECASE
)
_TAG = re.compile(r"<[a-z/!?][^<>]{0,5000}>", re.IGNORECASE)
_HIDDEN_BEGIN = re.compile(r"<(?:style|script)\b", re.IGNORECASE)
_HIDDEN_END = re.compile(r"</(?:style|script)\s*>", re.IGNORECASE)
_QUOTE_BEGIN = re.compile(r"<blockquote\b", re.IGNORECASE)
_QUOTE_END = re.compile(r"</blockquote\s*>", re.IGNORECASE)


def subject(mail: Message, sent: str) -> str:
    """Return what of a mail's subject is its own: the words before its first colon, `sent`, our subject, left out.

    "Undeliverable: What we sent" is a report's own word and our subject; "Auto: What we sent" an answer's.
    """
    text = _LEAD.sub("", _without(text_header(mail, "Subject"), sent))
    return _COLON.split(text, maxsplit=1)[0].strip()


def text(mail: Message, sent: str = "") -> str:
    """Return what a mail says itself, without quoted lines and without the copy that it returns."""
    lines: list[str] = []
    for part in parts(mail, TEXT_PARTS)[:2]:
        for line in _text_of(part).splitlines():
            if _COPY.match(line[:MAX_LINE]) or _HEAD.match(line):
                break
            if not _QUOTED.match(line):
                lines.append(line)
    return _without("\n".join(lines), sent)


def has_copy(mail: Message) -> bool:
    """Say whether a mail returns another: as a part, or with its head in its text."""
    if parts(mail, COPY_PARTS):
        return True
    texts = [_text_of(part) for part in parts(mail, TEXT_PARTS)[:2]]
    return any(_HEAD.match(line) for text in texts for line in text.splitlines())


def _text_of(part: Message) -> str:
    text = text_of(part, MAX_TEXT)
    if part.get_content_type() != "text/html":
        return text
    begin, ends = _QUOTE_BEGIN.search(text), [found.end() for found in _QUOTE_END.finditer(text)]
    shown = text
    if begin:
        shown = text[: begin.start()] + "\n" + text[max(ends, default=len(text)) :]
    # A page that is a quote from end to end quotes nobody.
    return _shown(shown).strip() or _shown(text)


def _shown(page: str) -> str:
    """Return the text of a page, its blocks on lines of their own."""
    first, *others = _HIDDEN_BEGIN.split(page)
    text = first + "".join("".join(_HIDDEN_END.split(piece, maxsplit=1)[1:]) for piece in others)
    return html.unescape(_TAG.sub("", _NEW_LINE.sub("\n", text)))


def _without(text: str, sent: str) -> str:
    """Return the text without our subject; where it stands more than once in one line, the last goes."""
    words = NOT_IN_LINE.sub(" ", sent).split()
    if not words:
        return text
    pattern = r"\s+".join(map(re.escape, words))
    if len(sent) < MIN_SUBJECT:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    lines = []
    for line in text.split("\n"):
        found = [*re.finditer(pattern, line, re.IGNORECASE)]
        lines.append(f"{line[: found[-1].start()]} {line[found[-1].end() :]}" if found else line)
    return "\n".join(lines)
