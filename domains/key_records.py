"""The judgement on a DKIM key record: whether receivers take our key from it (RFC 6376 3.6.1, RFC 8301). Pure."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import load_der_public_key

from domains import tag_lists
from domains.dns_answers import DnsAnswer, LookUp
from domains.records import ExpectedRecord, Judgement, is_quoted, without_quotes

# RFC 8301 3.2: nobody may accept a signature of a shorter one.
MIN_BITS = 1024
# What `dkim.Signer` signs with.
HASH = "sha256"
KEY_TYPE = "rsa"


def judge(expected: ExpectedRecord, answer: DnsAnswer, look_up: LookUp) -> Judgement:
    """Say whether the record holds the expected key, for the mail that we sign."""
    found = answer.found
    if not found:
        return Judgement("missing", "dkim_missing")
    if len(found) > 1:
        joined = ("".join(pair) for pair in (found, tuple(reversed(found))))
        alone = any(not fault(expected, text) for text in found)
        split = not alone and any(not fault(expected, text) for text in joined)
        return Judgement("wrong", "dkim_split" if split else "dkim_several", found)
    reason = fault(expected, found[0])
    return Judgement("wrong" if reason else "passed", reason, found)


def holds(expected: ExpectedRecord, values: tuple[str, ...]) -> bool:
    """Say whether the records are our key's alone."""
    return len(values) == 1 and not fault(expected, values[0])


def fault(expected: ExpectedRecord, text: str) -> str:
    """Return what is wrong with a key record, as a code; "" when nothing is."""
    tags = tag_lists.parse(text)
    if tags is None:
        return _syntax_fault(text)
    if "v" in tags and (next(iter(tags)), tags["v"]) != ("v", "DKIM1"):
        return "quoted" if is_quoted(tags["v"]) else "dkim_version"
    if "p" not in tags:
        return "dkim_no_key"
    key, ours = tag_lists.without_blanks(tags["p"]), public_key(expected.value)
    if not key:
        return "dkim_revoked"
    if key != ours and (not (numbers := _numbers(key)) or numbers != _numbers(ours)):
        return _other_key(key, ours, tags.get("k", KEY_TYPE))
    return _tag_fault(tags)


def public_key(text: str) -> str:
    """Return the key of a record, blanks removed; "" when there is none."""
    return "".join(dict(tag_lists.pairs(text)).get("p", "").split())


def _syntax_fault(text: str) -> str:
    if is_quoted(text):
        return "quoted"
    names = [name for name, _ in tag_lists.pairs(text)]
    return "dkim_twice" if len(names) > len(set(names)) else "dkim_syntax"


def _other_key(key: str, ours: str, kind: str) -> str:
    if ours.startswith(key):
        return "dkim_cut"
    if is_quoted(key) and without_quotes(key) == ours:
        return "quoted"
    rsa = _loaded(key) if kind == KEY_TYPE else None
    return f"dkim_short {rsa.key_size}" if rsa and rsa.key_size < MIN_BITS else "dkim_other"


def _tag_fault(tags: dict[str, str]) -> str:
    if tags.get("k", KEY_TYPE) != KEY_TYPE:
        return "dkim_type"
    if "h" in tags and HASH not in tag_lists.members(tags["h"]):
        return "dkim_hash"
    if not {"*", "email"} & set(tag_lists.members(tags.get("s", "*"))):
        return "dkim_service"
    return "dkim_testing" if "y" in tag_lists.members(tags.get("t", "")) else ""


def _numbers(key: str) -> RSAPublicNumbers | None:
    """Return what a key says: it may stand as a SubjectPublicKeyInfo or as a bare RSAPublicKey."""
    rsa = _loaded(key)
    return rsa.public_numbers() if rsa else None


def _loaded(key: str) -> RSAPublicKey | None:
    try:
        loaded = load_der_public_key(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return loaded if isinstance(loaded, RSAPublicKey) else None
