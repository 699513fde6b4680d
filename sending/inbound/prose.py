"""What a report says in prose: the reply that it quotes, however its lines are broken, or a sentence on an address.

For reports without the fields of RFC 3464, and for those whose fields leave the reply out.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from email.message import Message

from sending.inbound.report import parts, text_of
from sending.smtp.codes import enhanced_code

MAX_TEXT = 20_000
MAX_LINE = 1000
MAX_LINES = 12
MIN_LISTED = 2
MAX_LISTED = 200

# Where the copy of the returned mail begins; what stands there was said by its author.
_COPY = re.compile(
    r"^(?:[ \t]*[-=*_#]{2,}.{0,40}\b(?:copy of|below this line|original message(?! was)|header|message text"
    r"|(?:unsent|returned|undelivered) message)"
    r"|[ \t]*(?:message headers follow|below is a copy|original message (?:headers?|follows)"
    r"|the original message (?:follows|is attached)|here is (?:a|your) (?:copy|message))"
    r"|(?:received|return-path|message-id|dkim-signature|arc-seal|mime-version)\s*:"
    r"|[-=*_ ]*(?:原始?邮件|原信|原始郵件)(?:内容|正文|如下|副本|附后)?[ \t]*[:：]?[-=*_ ]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_REPLY = re.compile(r"(?<![\d.#-])[45]\d\d(?:[ -](?=\S)|\b.{0,40}[45]\.\d{1,3}\.\d{1,3})")
# An entry of a list of addresses: an address that begins a line, and the one that it was expanded from.
_LISTED = re.compile(
    r"^[ \t]*(?:[*-][ \t]{1,9}|(?:final-)?recipient(?: address)?: ?(?:rfc822; ?)?)?<?"
    r"(?!postmaster@|mailer-daemon@|abuse@|support@|[45]\d\d-)"
    r"([^\s<>@:,;\"'()]{1,200}@[\w.-]{1,255})>?[ \t]{0,40}"
    r"(?:\n?[ \t]{0,40}\((?:expanded|generated) from:? <?([^<>()\s]{1,320})>?\)[ \t]{0,40})?(?::|$|on\b|\(reason)",
    re.IGNORECASE | re.MULTILINE,
)
# What introduces a reply is none of it.
_SAID = re.compile(
    r"^.*\b(?:said|returned was|response was|replied|responded(?: as follows)?|answered)\s*:?\s*\W{0,3}$"
)
# A new entry: an address of its own line, a new exchange of a transcript, what the reporter did then.
_ENTRY = re.compile(r"^\s*(?:<?[^<>\s@:]+@[^<>\s@:]+>?\s*(?::|$)|>>>|Giving up on|Reporting-MTA)", re.IGNORECASE)
_ADDRESS_LINE = re.compile(
    r"^[ \t]*[\"'<(]{0,3}[^\s<>@\"'()]{1,200}@[\w.-]{1,255}[\"'>)]*\s*(?:[:,]|on\b|$)", re.MULTILINE
)
_ADDRESS = re.compile(r"(?<!postmaster)@[\w-]+\.\w", re.IGNORECASE)
_OF_HELP = re.compile(r"further assistance|please (?:contact|send)|for help", re.IGNORECASE)
# Of the returned mail, as some reports name it: its author's words again.
_FIELD = re.compile(
    r"^[ \t>]*(?:subject|from|to|cc|date|sent|message-id|主题|发件人|收件人|时间)[ \t]*[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(
    r"<(?:style|script)\b.{0,4000}?</(?:style|script)>|<!--.{0,1000}?-->|<(?![^<>\s]+@)[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_AFTER_DATA = re.compile(
    r"in reply to (?:the )?(?:end of )?data\b|^[ \t]*>>> (?:data|\.)\s*$|\bafter (?:the )?(?:end of data|data\b)"
    # qmail's.
    r"|\bfailed (?:after I sent the message|on data command)",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER_RCPT = re.compile(
    r"in reply to (?:the )?rcpt\b|\b(?:after (?:the )?|following )rcpt\b|^[ \t]*>>> rcpt to:|does not like recipient",
    re.IGNORECASE | re.MULTILINE,
)
# No recipient had been named yet.
_BEFORE_RCPT = re.compile(
    r"in reply to (?:the )?(?:mail from|helo|ehlo)\b|\bafter (?:the )?(?:mail from|helo|ehlo|initial connection)\b"
    r"|^[ \t]*>>> (?:mail from|helo|ehlo)\b|\bbut sender was rejected|\brefused to talk to me",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class ProseRefusal:
    """What the words of a report come to; each may be empty."""

    status: str
    diagnostic: str
    # What the refusal answered: "mail", "rcpt", "data", or not said.
    stage: str
    # The address that was written to and the one it went to, where a text lists several.
    addresses: tuple[str, ...] = ()


def text_for_people(mail: Message) -> str:
    """Return what a report says to people, without the copy of the returned mail."""
    found = [text_of(part, MAX_TEXT) for part in parts(mail, frozenset({"text/plain"}))[:1]]
    if not any(text.strip() for text in found):
        pages = [text_of(part, MAX_TEXT) for part in parts(mail, frozenset({"text/html"}))[:1]]
        found = [html.unescape(_TAG.sub("\n", page)) for page in pages]
    text = "".join(found).replace("\r\n", "\n").replace("\xa0", " ")
    return _FIELD.sub("", _COPY.split(text, maxsplit=1)[0] or text)


def refusal_in(text: str) -> ProseRefusal:
    """Return the first refusal that such a text quotes, or else what it says of an address."""
    diagnostic = _quoted_reply(text) or _sentence(text) or " ".join(text[:400].split())
    return ProseRefusal(
        status=enhanced_code(diagnostic) or enhanced_code(text),
        diagnostic=diagnostic[:MAX_LINE],
        stage=_stage(text),
    )


def refusals_in(text: str) -> list[ProseRefusal]:
    """Return what a text says of each address that it lists; of none when it lists fewer than two."""
    listed = list(_LISTED.finditer(text))[:MAX_LISTED]
    if len({entry[1].lower() for entry in listed}) < MIN_LISTED:
        return []
    ends = [entry.start() for entry in listed[1:]] + [len(text)]
    refusals = []
    for entry, end in zip(listed, ends, strict=True):
        words = text[entry.end() : end]
        if not words.strip() or words.startswith("\n\n"):
            # A bare list: the reasons follow it, each with its address.
            about = [line for line in text[entry.end() :].splitlines() if entry[1].lower() in line.lower()]
            words = "\n".join(about) or words
        said = refusal_in(f"{entry[1]}:{words}" if words.strip() else "")
        refusals.append(replace(said, addresses=(entry[2] or entry[1], entry[1])))
    return refusals


def _stage(text: str) -> str:
    stages = {"data": _AFTER_DATA, "rcpt": _AFTER_RCPT, "mail": _BEFORE_RCPT}
    return next((stage for stage, words in stages.items() if words.search(text)), "")


def _quoted_reply(text: str) -> str:
    """Return the first reply with the lines that go on with it, up to the next entry or an empty line."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        reply = _REPLY.search(line[:MAX_LINE])
        if reply is None:
            continue
        before, rest = line[: reply.start()], line[reply.start() :]
        entry = [rest if _SAID.match(before) else line]
        for follower in lines[number + 1 : number + MAX_LINES]:
            if not follower.strip() or _ENTRY.match(follower):
                break
            entry.append(follower)
        return _joined(entry)
    return ""


def _sentence(text: str) -> str:
    """Return what stands below or beside the first address that begins a line, else its paragraph and the next."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    for number, paragraph in enumerate(paragraphs):
        found = _ADDRESS_LINE.search(paragraph)
        if found:
            entry = paragraph[found.start() :].splitlines()[:MAX_LINES]
            if len(entry) == 1 and not paragraph[found.end() :].strip():
                # An address alone: its reason stands above it, or is the next paragraph.
                after = paragraphs[number + 1 : number + 3]
                following = "\n".join(
                    after if after[:1] and after[0].rstrip().endswith(":") else after[:1]
                ).splitlines()
                entry = [*paragraph[: found.start()].splitlines()[-3:], *entry, *following[:MAX_LINES]]
            return _joined(entry)
        if _ADDRESS.search(paragraph) and not _OF_HELP.search(paragraph):
            return _joined([*paragraph.splitlines(), *"".join(paragraphs[number + 1 : number + 2]).splitlines()])
    return ""


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
