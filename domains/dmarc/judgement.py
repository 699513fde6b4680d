"""The judgement on a domain's DMARC policy (RFC 9989). Pure."""

from __future__ import annotations

from domains.dmarc.advice import carried_over, merged
from domains.dmarc.discovery import discover
from domains.dmarc.policy import REQUESTS, parse
from domains.dns_answers import DnsAnswer, LookUp
from domains.records import ExpectedRecord, Judgement, is_quoted


def judge(expected: ExpectedRecord, answer: DnsAnswer, look_up: LookUp) -> Judgement:
    """Say whether a policy applies to the domain, its own or one from above."""
    discovery = discover(look_up, expected.domain)
    policy, steps = discovery.policy, discovery.steps
    own = policy if policy and discovery.domain == expected.domain else None
    if own and own.applies and not own.twice:
        return Judgement("passed", "", (own.text,), own.text, steps)
    inherited = policy if policy and not own and policy.applies and not policy.twice else None
    floor = inherited.request(inherited=True) if inherited else REQUESTS[0]
    meant = tuple(value for value in answer.found if parse(value)) or _near(answer.found)
    if meant:
        return Judgement("wrong", _fault(meant), meant, merged(meant, floor), steps)
    if discovery.unanswered:
        return Judgement("unreachable", f"dmarc_dns _dmarc.{discovery.unanswered}", answer.found, "", steps)
    if inherited:
        reason = f"dmarc_inherited _dmarc.{discovery.domain}"
        return Judgement("passed", reason, (inherited.text,), carried_over(inherited), steps)
    return Judgement("missing", "dmarc_missing", answer.found, expected.value, steps)


def holds(expected: ExpectedRecord, values: tuple[str, ...]) -> bool:
    """Say whether one of the records is a policy that receivers act on."""
    return any((policy := parse(value)) and policy.applies for value in values)


def _near(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in found if "dmarc1" in value.lower())


def _fault(meant: tuple[str, ...]) -> str:
    policies = [policy for value in meant if (policy := parse(value))]
    if not policies:
        return "quoted" if any(map(is_quoted, meant)) else "dmarc_prefix"
    if len(policies) > 1:
        return "dmarc_several"
    return "dmarc_twice" if policies[0].twice else "dmarc_policy"
