"""Which DMARC policy applies to a domain: the DNS tree walk (RFC 9989 4.10). Pure: DNS is asked through `look_up`."""

from __future__ import annotations

from dataclasses import dataclass

from domains.dmarc.policy import Policy, parse
from domains.dns_answers import DnsStatus, LookUp, Step

# Labels of the longest name asked about above the domain's own (4.10, step 4).
MAX_LABELS = 7
MAX_FOUND = 300


@dataclass(frozen=True)
class Discovery:
    """The record that applies and its domain; `unanswered` is a name that could decide otherwise and gave no answer."""

    policy: Policy | None
    domain: str
    unanswered: str
    steps: tuple[Step, ...]


def above(domain: str) -> list[str]:
    """Return the names that are asked about after the domain's own, longest first."""
    labels = domain.split(".")
    start = 1 if len(labels) <= MAX_LABELS else len(labels) - MAX_LABELS
    return [".".join(labels[at:]) for at in range(start, len(labels))]


def discover(look_up: LookUp, domain: str) -> Discovery:
    """Return the policy that applies to mail from `domain`."""
    steps: list[Step] = []
    own = _ask(look_up, domain, steps)
    if own or steps[-1].outcome == "unreachable":
        return Discovery(own, domain, "" if own else domain, tuple(steps))
    found: dict[str, Policy] = {}
    for name in above(domain):
        policy = _ask(look_up, name, steps)
        if steps[-1].outcome == "unreachable" and not found:
            return Discovery(None, domain, name, tuple(steps))
        if policy is not None:
            found[name] = policy
            if policy.psd != "u":
                break
    for name, policy in found.items():
        if policy.psd == "n":
            return Discovery(policy, name, "", tuple(steps))
        if policy.psd == "y":
            # The organizational domain is one label below; its own record goes before the public suffix's.
            below = ".".join(domain.split(".")[-(name.count(".") + 2) :])
            name, policy = (below, found[below]) if below in found else (name, policy)
            return Discovery(policy, name, "", tuple(steps))
    if not found:
        return Discovery(None, domain, "", tuple(steps))
    name, policy = list(found.items())[-1]
    return Discovery(policy, name, "", tuple(steps))


def _ask(look_up: LookUp, name: str, steps: list[Step]) -> Policy | None:
    answer = look_up(f"_dmarc.{name}", "TXT")
    policies = [policy for value in answer.found if (policy := parse(value))]
    if answer.status is DnsStatus.UNREACHABLE:
        outcome = "unreachable"
    elif len(policies) > 1:
        outcome = "several"
    else:
        outcome = "found" if policies else "none"
    text = "\n".join(policy.text for policy in policies)[:MAX_FOUND]
    steps.append(Step(0, f"_dmarc.{name}", len(steps) + 1, outcome, text))
    return policies[0] if len(policies) == 1 else None
