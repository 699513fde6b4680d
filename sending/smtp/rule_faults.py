"""What is wrong with the table of rules: nothing, or the product does not start (pure)."""

from __future__ import annotations

import re

from sending.smtp.bounce_class import ADVICE, BounceClass
from sending.smtp.classification import Refusal, Verdict, classified
from sending.smtp.codes import leading_code
from sending.smtp.reply_rules import ReplyRules

_REPLY = re.compile(r"([45]\d\d) (.+)")


def faults(rules: ReplyRules) -> list[str]:
    """Return the table's faults in words: a class without advice, a rule without a source or that decides nothing."""
    found = [f"{name} has no advice" for name in BounceClass if name and name not in ADVICE]
    for rule in rules:
        if not rule.source.strip() or not rule.provider.strip():
            found.append(f"{rule.name}: its provider or its source is missing")
        if rule.code and rule.words:
            found.append(f"{rule.name}: it has words and a code")
        reply = _REPLY.fullmatch(rule.example)
        if reply is None:
            found.append(f"{rule.name}: {rule.example!r} is not a reply")
            continue
        refusal = Refusal(
            code=int(reply[1]),
            enhanced=leading_code(reply[2]),
            text=rule.example,
            own=rule.example[3:],
            is_report=rule.is_of_reports,
        )
        verdict = classified(refusal, rules)
        if verdict.rule is not rule:
            by = verdict.rule.name if verdict.rule else "no rule"
            found.append(f"{rule.name}: its example {rule.example!r} is decided by {by}")
        elif _says(verdict) == _says(classified(refusal, rules.without(rule))):
            found.append(f"{rule.name}: its example {rule.example!r} is decided the same way without it")
        elif verdict.is_dead is not rule.is_dead:
            found.append(f"{rule.name}: its example {rule.example!r} is {'' if verdict.is_dead else 'not '}hard")
    return found


def _says(verdict: Verdict) -> tuple[BounceClass, bool]:
    return verdict.bounce_class, verdict.is_dead
