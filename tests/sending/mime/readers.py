"""How mail programs read the name of an attached file, as far as their users and makers have described it.

Each takes the header of one part as bytes and returns the name that is shown, or what stands in its place.
"""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy

_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))')
_WORD = re.compile(r"=\?([\w-]+)\?([Bb])\?([A-Za-z0-9+/=]*)\?=")


def standard(head: bytes) -> str | None:
    """Read by RFC 2183 and RFC 2231: Thunderbird, Apple Mail, Gmail."""
    return message_from_bytes(head + b"\r\n\r\n", policy=policy.default).get_filename()


def qq_mail(head: bytes) -> str:
    """Read as QQ Mail and Foxmail do: `name=`, then `filename=`, encoded words in them; nothing of RFC 2231.

    A name that is only in `filename*=` or `filename*0*=` becomes "tcmime.1388.1527.1742.bin":
    github.com/nodemailer/nodemailer/issues/374, /416 and /484. What mended it there, in version 1.6.0 of October 2015,
    was the `name=` in encoded words beside it: github.com/nodemailer/buildmail/issues/4. The same with MailKit:
    github.com/jstedfast/MailKit/issues/277.
    """
    return _by_encoded_words(head) or "tcmime.1388.1527.1742.bin"


def outlook(head: bytes) -> str:
    """Read as Outlook does: by `name=`, in encoded words, which may be several and folded.

    learn.microsoft.com/office/client-developer/outlook/mapi/attached-files-and-messages: the name is "in the name
    parameter to the Content-type header"; MS-OXCMAIL 2.2.3.4.3: that first, then `filename=`. Numbered pieces of
    RFC 2231 end in "Untitled attachment": github.com/jstedfast/MimeKit/issues/186 and /281; /401 shows two words over
    two lines that Outlook 2010 reads.
    """
    return _by_encoded_words(head) or "Untitled attachment"


def _by_encoded_words(head: bytes) -> str:
    lines = re.sub(r"\r\n(?=[ \t])", "", head.decode("ascii")).split("\r\n")
    fields = {name.lower(): value for name, _colon, value in (line.partition(":") for line in lines)}
    for field, key in (("content-type", "name"), ("content-disposition", "filename")):
        for name, quoted, token in _PARAMETER.findall(fields.get(field, "")):
            if name.lower() == key:
                return _decoded(quoted or token)
    return ""


def _decoded(value: str) -> str:
    """Resolve encoded words; white space between two of them is none (RFC 2047 6.2)."""
    joined = re.sub(r"(?<=\?=)\s+(?==\?)", "", value)
    return _WORD.sub(lambda word: base64.b64decode(word[3]).decode(word[1]), joined)
