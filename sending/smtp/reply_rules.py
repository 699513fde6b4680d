"""What refusals say, as a table: patterns and codes by provider, each with its class, its source and an example (pure).

The table is the files of the folder `rules`; `faults` is checked when the product starts. Decision 0027.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sending.smtp.bounce_class import BounceClass

FOLDER = Path(__file__).parent / "rules"
KEYS = frozenset(
    {
        "class",
        "provider",
        "source",
        "dead",
        "exact",
        "weak",
        "after_data",
        "reports",
        "replies",
        "enhanced",
        "words",
        "codes",
    }
)
# Of several words the first class counts. A host that does not relay says nothing of the mail; what is said of the
# sender is not said of the recipient; who is named precisely comes before policies and passing troubles.
ORDER = (
    BounceClass.RELAY_DENIED,
    BounceClass.BLOCKED_BY_RECIPIENT,
    BounceClass.INVALID_SENDER,
    BounceClass.INACTIVE_MAILBOX,
    BounceClass.QUOTA_ISSUES,
    BounceClass.MESSAGE_TOO_LARGE,
    BounceClass.SPAM_BLOCK,
    BounceClass.SPAM_CONTENT,
    BounceClass.AUTHENTICATION_FAILED,
    BounceClass.ROUTING_ERRORS,
    BounceClass.MESSAGE_EXPIRED,
    BounceClass.RATE_LIMITED,
    BounceClass.BAD_DOMAIN,
    BounceClass.POLICY_RELATED,
    BounceClass.NO_ANSWER_FROM_HOST,
    BounceClass.BAD_CONNECTION,
    BounceClass.TRANSIENT_FAILURE,
)
# Basic codes whose words may say "dead" (RFC 5321 4.2.2); 0 is a report that names none.
DEAD_REPLIES = frozenset({0, 550, 551, 553})
# Enhanced codes that leave it to the words, without their first digit: none, and those that programs put where they
# have no better one; and all of subject 1, addresses, but for a domain's and the sender's (RFC 3463 3.2, IANA's list).
# 7.17: the mailbox has another owner now (RFC 7293 14.2). Not 2.0 and 2.1: a mailbox that is disabled, or filters,
# is one.
UNDECIDED = frozenset({"", "0.0", "3.0", "5.0", "7.1", "7.17"})
OTHER_ADDRESSES = frozenset({"1.2", "1.7", "1.8", "1.9"})
# In answer to RCPT, where a mailbox is looked up (RFC 5321 3.3), also these.
UNDECIDED_AT_RCPT = frozenset({"2.0", "2.1"})


@dataclass(frozen=True, kw_only=True)
class ReplyRule:
    """One pattern of words, or one code, and what it says."""

    bounce_class: BounceClass
    provider: str
    source: str
    # A reply that this rule alone decides.
    example: str
    # Empty for a rule of a code.
    words: str = ""
    # "x.2.2", "x.2", "552"; empty for a rule of words.
    code: str = ""
    is_dead: bool = False
    is_exact: bool = False
    is_weak: bool = False
    is_after_data: bool = False
    is_of_reports: bool = False
    replies: frozenset[int] = DEAD_REPLIES
    # Empty: those of UNDECIDED; else the rule is asked beside these codes alone.
    enhanced: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.words))

    @property
    def is_general(self) -> bool:
        """Say whether words that say "dead" are believed beside the usual codes, and where the recipient is named."""
        return not self.enhanced and not self.is_after_data and self.replies == DEAD_REPLIES

    @property
    def name(self) -> str:
        """Return the rule as a person would look for it in the files."""
        return f"{self.bounce_class} {self.words or self.code}"


@dataclass(frozen=True, kw_only=True)
class ReplyRules:
    """The whole table, in the order in which its parts are asked."""

    # Words of every class in the order of ORDER; and those that say "dead".
    words: tuple[ReplyRule, ...]
    dead: tuple[ReplyRule, ...]
    weak: tuple[ReplyRule, ...]
    codes: dict[str, ReplyRule]

    def __iter__(self) -> Iterator[ReplyRule]:
        yield from (*self.words, *self.dead, *self.weak, *self.codes.values())

    def without(self, rule: ReplyRule) -> ReplyRules:
        """Return the table without one of its rules."""
        return replace(
            self,
            words=tuple(each for each in self.words if each is not rule),
            dead=tuple(each for each in self.dead if each is not rule),
            weak=tuple(each for each in self.weak if each is not rule),
            codes={code: each for code, each in self.codes.items() if each is not rule},
        )


class BadRule(ValueError):
    """A row of the table is not one; the text names it."""


def load(texts: dict[str, str]) -> ReplyRules:
    """Return the table that these files hold, by their names; raise BadRule for a row that is none."""
    found = [rule for name in sorted(texts) for rule in _rules(name, texts[name])]
    words = [rule for rule in found if rule.words and not rule.is_weak and (rule.is_of_reports or not rule.is_dead)]
    if strays := [rule.name for rule in words if rule.bounce_class not in ORDER]:
        raise BadRule(f"{strays[0]}: this class has no place in ORDER")
    codes: dict[str, ReplyRule] = {}
    for rule in found:
        if rule.code and codes.setdefault(rule.code, rule) is not rule:
            raise BadRule(f"{rule.code} has two rules")
    return ReplyRules(
        words=tuple(sorted(words, key=lambda rule: (ORDER.index(rule.bounce_class), not rule.is_dead))),
        # What is said of one provider's codes and places comes before what is said of all.
        dead=tuple(
            sorted(
                (rule for rule in found if rule.is_dead and rule.words and not rule.is_of_reports),
                key=lambda rule: rule.is_general,
            )
        ),
        weak=tuple(rule for rule in found if rule.is_weak),
        codes=codes,
    )


def read() -> dict[str, str]:
    """Return the texts of the table's files by their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))}


def _rules(name: str, text: str) -> Iterator[ReplyRule]:
    try:
        rows = tomllib.loads(text)["rule"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BadRule(f"{name}: {error!r}") from error
    for row in rows:
        yield from _of_row(name, row)


def _of_row(name: str, row: dict[str, Any]) -> Iterator[ReplyRule]:
    if strange := set(row) - KEYS:
        raise BadRule(f"{name}: {sorted(strange)[0]} is no key of a rule")
    try:
        common: dict[str, Any] = {
            "bounce_class": BounceClass(row["class"]),
            "provider": row["provider"],
            "source": row["source"],
            "is_dead": row.get("dead", False),
            "is_exact": row.get("exact", False),
            "is_weak": row.get("weak", False),
            "is_after_data": row.get("after_data", False),
            "is_of_reports": row.get("reports", False),
            "replies": frozenset(row.get("replies", DEAD_REPLIES)),
            "enhanced": frozenset(row.get("enhanced", ())),
        }
        for words, example in row.get("words", {}).items():
            yield ReplyRule(words=words, example=example, **common)
        for code, example in row.get("codes", {}).items():
            yield ReplyRule(code=code, example=example, **common)
    except (KeyError, ValueError, re.error) as error:
        raise BadRule(f"{name}: {row.get('class')} of {row.get('provider')}: {error!r}") from error


RULES = load(read())
