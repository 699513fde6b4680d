"""What a refusal says of its recipient, by the table of rules: one function for replies and reports (pure).

Hard is only what says "this mailbox does not exist" with nothing beside it that says something else: a blocklist made
from more than that would block addresses in use, for every account. The enhanced code (RFC 3463 2) alone says it of
few. Decisions 0016 and 0027.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sending.smtp.bounce_class import BounceClass
from sending.smtp.codes import every_code
from sending.smtp.reply_rules import OTHER_ADDRESSES, RULES, UNDECIDED, UNDECIDED_AT_RCPT, ReplyRule, ReplyRules
from sending.smtp.reply_text import readable

# Replies about room, about the session and about us: what they say of an address beside that is not believed.
NOT_DEAD = frozenset({502, 503, 521, 530, 534, 535, 538, 552, 555})
# A reply inside a reply: what follows is somebody else's.
_QUOTED = re.compile(r"(?<![\d.#])[45]\d\d(?=[ -])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal as it came, from a host or in a report on one."""

    # 0 when none is known.
    code: int = 0
    # "5.1.1", or empty.
    enhanced: str = ""
    # Everything that was said; and what the refusing host said after its codes: only there may it say "dead".
    text: str = ""
    own: str = ""
    # What it answers: "mail" (what comes before the recipient), "rcpt", "data" (the text of the mail: the recipient had
    # been accepted before), or not known.
    stage: str = ""
    # A report on a refusal, by who tried to pass the mail on.
    is_report: bool = False

    @property
    def detail(self) -> str:
        """Return the enhanced code without its first digit: "1.1"."""
        return self.enhanced.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The class of a refusal, whether its address is dead, and the rule that says so."""

    bounce_class: BounceClass
    is_dead: bool = False
    rule: ReplyRule | None = None


def classified(refusal: Refusal, rules: ReplyRules = RULES) -> Verdict:
    """Return what a refusal says. Words of a quota, a policy, a sender, a host or a later time speak before "dead"."""
    text = readable(refusal.text)
    alive = _first(rules.words, text)
    coded = _of_codes(refusal, rules)
    if alive and alive.bounce_class is BounceClass.RELAY_DENIED:
        return Verdict(bounce_class=alive.bounce_class, rule=alive)
    if coded and coded.is_exact:
        return Verdict(bounce_class=coded.bounce_class, rule=coded)
    if alive:
        # Some refuse by policy, or for a full mailbox, with the code of a dead address; then their words are believed.
        return Verdict(bounce_class=alive.bounce_class, is_dead=_is_dead_domain(alive, refusal, rules), rule=alive)
    if refusal.stage == "mail" and (refusal.is_report or coded):
        # No recipient had been named (RFC 5321 3.3): a user or an address that is unknown there is the sender's.
        name = coded.bounce_class if coded and not coded.is_dead else BounceClass.INVALID_SENDER
        return Verdict(bounce_class=name, rule=coded)
    own = _QUOTED.split(readable(refusal.own), maxsplit=1)[0]
    asked = [rule for rule in rules.dead if not rule.enhanced or refusal.enhanced in rule.enhanced]
    if dead := _first(asked, own):
        is_dead = _is_consistent(refusal, rules, dead.replies) and _is_believed(dead, refusal, rules)
        return Verdict(bounce_class=dead.bounce_class, is_dead=is_dead, rule=dead)
    if coded and coded.is_dead and (weak := _first(rules.weak, own)):
        return Verdict(bounce_class=weak.bounce_class, rule=weak)
    if coded:
        return Verdict(
            bounce_class=coded.bounce_class, is_dead=coded.is_dead and _is_consistent(refusal, rules), rule=coded
        )
    is_transient = 400 <= refusal.code < 500
    return Verdict(bounce_class=BounceClass.TRANSIENT_FAILURE if is_transient else BounceClass.OTHER)


def _first(rules: tuple[ReplyRule, ...] | list[ReplyRule], text: str) -> ReplyRule | None:
    return next((rule for rule in rules if rule.pattern.search(text)), None)


def _of_codes(refusal: Refusal, rules: ReplyRules) -> ReplyRule | None:
    """Return the rule of the most precise code; an enhanced code that says no more than "failed" has none."""
    subject = refusal.detail.partition(".")[0]
    for code in (f"x.{refusal.detail}", f"x.{subject}", str(refusal.code)):
        if code in rules.codes:
            return rules.codes[code]
    return None


def _is_believed(rule: ReplyRule, refusal: Refusal, rules: ReplyRules) -> bool:
    """Say whether words that say "dead" are believed beside the refusal's codes, and at its place in the talk."""
    if _is_dead_code(refusal.enhanced, rules):
        return True
    if refusal.stage == "data" and not rule.is_after_data:
        # Who has taken the recipient and then refuses the text means the text, or keeps back what it means.
        return False
    undecided = UNDECIDED | UNDECIDED_AT_RCPT if refusal.stage == "rcpt" else UNDECIDED
    is_of_address = refusal.detail.startswith("1.") and refusal.detail not in OTHER_ADDRESSES
    return refusal.code in rule.replies and (bool(rule.enhanced) or is_of_address or refusal.detail in undecided)


def _is_dead_domain(rule: ReplyRule, refusal: Refusal, rules: ReplyRules) -> bool:
    """Say whether a report says, and nothing else, that DNS knows no such domain."""
    if not (rule.is_dead and refusal.is_report and _is_consistent(refusal, rules)):
        return False
    text = readable(refusal.text)
    return all(each.bounce_class is rule.bounce_class for each in rules.words if each.pattern.search(text))


def _is_dead_code(enhanced: str, rules: ReplyRules) -> bool:
    rule = rules.codes.get(f"x.{enhanced[2:]}")
    return enhanced.startswith("5") and rule is not None and rule.is_dead


def _is_consistent(refusal: Refusal, rules: ReplyRules, replies: frozenset[int] = frozenset()) -> bool:
    """Say whether all codes of a refusal may belong to a dead address: its own, and what stands in its text.

    `replies` are basic codes that a rule knows to be so.
    """
    if refusal.code in NOT_DEAD - replies or 0 < refusal.code < 500 or refusal.enhanced[:1] in {"2", "4"}:
        return False
    return all(
        found == refusal.enhanced or found.endswith(".0.0") or _is_dead_code(found, rules)
        for found in every_code(refusal.text)
    )
