"""What the words of a refusal say (pure).

A reply blocks its address for every account only when nothing in it speaks against that: whatever names a quota, a
policy, a sender, a host or a later time is believed before what says "unknown", and what a host quotes of another is
never its own word. So the rows stand in this order, and those that say "dead" come last.
"""

from __future__ import annotations

import re

from sending.smtp.bounce_class import BounceClass

# Addresses, quoted or not: their own words ("<spam@…>") say nothing.
_ADDRESS = re.compile(r"<[^<>\s]*@[^<>\s]*>|[^\s<>]+@[^\s<>]+")
# A reply inside a reply: what follows is somebody else's.
_QUOTED = re.compile(r"(?<![\d.#])[45]\d\d(?=[ -])")

# Not the recipient but the sender is refused.
SENDER_WORDS = re.compile(
    r"\b(bad|invalid|unknown) sender\b|\bsender('s)? (@|address|domain|mailbox|account|verif|is|not|does|"
    r"rejected|denied|unknown)|\bmail from\b|\b(return|reverse)[- ]path\b|\bcall-?(out|back)\b"
)
# The host says that it does not speak for the domain, in the words of Postfix, Exim, Sendmail, qmail and Exchange.
_NO = (
    r"(unable|not (permitted|allowed|authori[sz]ed|able)|cannot|can't|won't|(do|does|will) not|don't|doesn't|refuses?)"
)
RELAY_WORDS = re.compile(
    r"\brelay(ing)?\b[^.;:]{0,40}\b(denied|prohibited|rejected|refused|forbidden|disallowed|"
    r"not (permitted|allowed|authori[sz]ed|supported))|"
    rf"\b{_NO} (to )?relay|\bno relay(ing)?\b|\brcpthosts\b|\bnot a gateway\b|\bnon-accepted domain"
)
# Words inside a policy refusal that say which policy: they choose the class, never "hard".
POLICY_WORDS: tuple[tuple[re.Pattern[str], BounceClass], ...] = (
    (RELAY_WORDS, BounceClass.RELAY_DENIED),
    (
        re.compile(r"\b(dnsbl|rbl|(block|black|deny)[ -]?list|spamhaus|listed (at|by|in)|reputation)"),
        BounceClass.SPAM_BLOCK,
    ),
    (re.compile(r"\bspam|\bunsolicited|\bbulk mail|content (rejected|refused)"), BounceClass.SPAM_CONTENT),
    (re.compile(r"\b(spf|dkim|dmarc|unauthenticated)\b|\bauthenticat"), BounceClass.AUTHENTICATION_FAILED),
    (re.compile(r"rate[ -]?limit|too (many|much|fast)|\bgr[ae]y[ -]?list|throttl"), BounceClass.RATE_LIMITED),
)
# Each says that an address is not reached now, or not by us; none that it is dead.
ALIVE_WORDS: tuple[tuple[re.Pattern[str], BounceClass], ...] = (
    (SENDER_WORDS, BounceClass.INVALID_SENDER),
    (re.compile(r"disabled|inactive|suspended|deactivated|\blocked\b|\bfrozen\b"), BounceClass.INACTIVE_MAILBOX),
    (
        re.compile(
            r"quota|\b(mailbox|inbox|folder|account|storage|disk|user)\b[^.;]{0,40}\bfull\b|"
            r"insufficient (\S+ )?(space|storage)|out of (disk )?(space|storage)|容量|已满|\b(voll|pleine?|llen[oa])\b"
        ),
        BounceClass.QUOTA_ISSUES,
    ),
    (re.compile(r"too (large|big)|exceeds (the )?(maximum|size)|message size"), BounceClass.MESSAGE_TOO_LARGE),
    *POLICY_WORDS,
)
# Words that name no class, and yet something else than a dead address: a policy, a host, a domain, a passing state.
DOUBT = re.compile(
    r"\bpolicy|\bblocked\b|access denied|permission|not (permitted|allowed|authori[sz]ed)|(white|allow)[ -]?list|"
    r"\b(rdns|reverse dns|dns|ptr|helo|ehlo|host ?name)\b|\b(ip|host|server|client|network) address|"
    r"\b(your|client|connecting|remote|source) (ip|host|server)\b|"
    r"\bdomain (of|name|part|is|was|does|doesn't|not|unknown)\b|\b(recipient|user|address|mailbox)('s)? domain\b|"
    r"\b(unknown|no such|invalid) (domain|host)\b|"
    r"temporar|transient|\b(try|tried|retry) (again|later)|\bretry\b|\blater\b|\btimed? ?-?out|\bcould ?n.t|"
    r"\b(unable|failed|cannot|could not|can't) (to )?(verify|be verified|check|look|connect|contact|reach)|"
    r"\bnot (be )?verified|connection refused|at (this|the) (time|moment)|\bmaintenance\b|暂时|稍后"
)
_DEAD_WORDS = re.compile(
    r"\b(user|recipient|mailbox|address|account)( is)? unknown|unknown (user|recipient|mailbox)|"
    r"no such (user|recipient|mailbox|address|person)|(user|mailbox|recipient|account|address) "
    r"(was )?(not found|does(n't| not) exist)"
)


def readable(text: str) -> str:
    """Return a reply's text as the tables want it: lower case, "@" for each address."""
    return _ADDRESS.sub("@", text.lower())


def first_class(words: tuple[tuple[re.Pattern[str], BounceClass], ...], text: str) -> BounceClass | None:
    """Return the class of the first row whose words occur in a readable text."""
    return next((name for pattern, name in words if pattern.search(text)), None)


def says_dead(text: str) -> bool:
    """Say whether a readable text says, in the host's own words, that the address does not exist."""
    own = _QUOTED.split(text, maxsplit=1)[0]
    return _DEAD_WORDS.search(own) is not None
