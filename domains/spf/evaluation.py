"""check_host() of SPF (RFC 7208 4 to 6), with the chain of its look-ups. Pure: DNS is asked through `look_up`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from domains.dns_answers import DnsAnswer, DnsStatus, LookUp, Step
from domains.spf.grammar import Directive, is_spf, parse
from domains.spf.macros import SendingHost, dotted, expand

Result = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
RESULTS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}

# RFC 7208 4.6.4: terms that ask DNS, of these the ones without an answer, and hosts of one mx or ptr.
MAX_LOOK_UPS = 10
MAX_VOID = 2
MAX_HOSTS = 10
# Where a count of what the whole record needs gives up.
MAX_COUNTED = 30
MAX_FOUND = 300
MAX_LABEL = 63
MAX_NAME = 253


@dataclass(frozen=True)
class Evaluation:
    """The result; `reason` is a code of `reasons`, a blank and a name for an error; `count` the look-ups needed."""

    result: Result
    reason: str
    count: int
    steps: tuple[Step, ...]


def check_host(look_up: LookUp, sender: SendingHost, domain: str, *, to_end: bool = False) -> Evaluation:
    """Evaluate the SPF record of `domain` for `sender`.

    With `to_end` every term is followed as for a sender that none matches, beyond the limit of look-ups: the chain and
    the count are the whole record's, and the limits are judged at the end.
    """
    walk = _Walk(look_up, sender, to_end=to_end)
    reason = ""
    try:
        result = walk.record(domain.removesuffix(".").lower(), 0, domain)
    except _Stop as stop:
        result, reason = stop.result, stop.reason
    if result != "temperror" and not reason and walk.count > MAX_LOOK_UPS:
        result, reason = "permerror", f"spf_look_ups {walk.count}"
    return Evaluation(result, reason, walk.count, tuple(walk.steps))


class _Stop(Exception):
    def __init__(self, result: Result, reason: str) -> None:
        self.result, self.reason = result, reason


class _Walk:
    def __init__(self, look_up: LookUp, sender: SendingHost, *, to_end: bool) -> None:
        mapped = sender.ip.ipv4_mapped if isinstance(sender.ip, IPv6Address) else None
        self._sender = replace(sender, ip=mapped or sender.ip)
        self._look_up = look_up
        self._to_end = to_end
        self._void = 0
        self.count = 0
        self.steps: list[Step] = []

    def record(self, domain: str, level: int, term: str, number: int = 0) -> Result:
        """Evaluate the record at `domain`, which `term` led to."""
        at = len(self.steps)
        self.steps.append(Step(level, term, number, "none"))
        if not _is_name(domain):
            return "none"
        answer = self._look_up(domain, "TXT")
        if answer.status is DnsStatus.UNREACHABLE:
            self._show(at, "unreachable")
            raise _Stop("temperror", f"spf_dns {domain}")
        records = [value for value in answer.found if is_spf(value)]
        if not records:
            return "none"
        self._show(at, "found", "\n".join(records))
        if len(records) > 1:
            self._show(at, "several")
            raise _Stop("permerror", f"spf_several_at {domain}")
        record = parse(records[0])
        if record.invalid:
            self._show(at, "syntax")
            raise _Stop("permerror", f"spf_syntax {record.invalid[0]}")
        result: Result | None = None
        for directive in record.directives:
            if directive.mechanism == "all":
                return result or RESULTS[directive.qualifier]
            if self._matches(directive, domain, level + 1) and result is None:
                result = RESULTS[directive.qualifier]
                if not self._to_end:
                    return result
        if not record.redirect:
            return result or "neutral"
        target = self._expanded(record.redirect, domain)
        redirected = self.record(target, level + 1, f"redirect={record.redirect}", self._counted())
        if redirected == "none":
            raise _Stop("permerror", f"spf_no_record {target}")
        return result or redirected

    def _show(self, at: int, outcome: str, found: str = "") -> None:
        step = self.steps[at]
        self.steps[at] = replace(step, outcome=outcome, found=(found or step.found)[:MAX_FOUND])

    def _counted(self) -> int:
        self.count += 1
        if self.count > (MAX_COUNTED if self._to_end else MAX_LOOK_UPS):
            raise _Stop("permerror", f"spf_look_ups {self.count}")
        return self.count

    def _matches(self, directive: Directive, domain: str, level: int) -> bool:
        if directive.network is not None:
            return self._sender.ip in directive.network
        number = self._counted()
        name = self._expanded(directive.domain, domain) if directive.domain else domain
        if directive.mechanism == "include":
            at = len(self.steps)
            result = self.record(name, level, directive.text, number)
            if result == "none":
                raise _Stop("permerror", f"spf_no_record {name}")
            if result == "pass":
                self._show(at, "match")
            return result == "pass"
        at = len(self.steps)
        self.steps.append(Step(level, directive.text, number, "no_match"))
        matched = _MECHANISMS[directive.mechanism](self, directive, name, at)
        if matched:
            self._show(at, "match")
        return matched

    def _expanded(self, spec: str, domain: str) -> str:
        return expand(spec, self._sender, domain, lambda: self._validated_name(domain)).lower()

    def _ask(self, name: str, type: str, at: int) -> tuple[str, ...]:
        """Return the values of a term's own look-up; a void one counts (4.6.4)."""
        answer = self._look_up(name, type)
        if answer.status is DnsStatus.UNREACHABLE:
            self._show(at, "unreachable")
            raise _Stop("temperror", f"spf_dns {name}")
        self._show(at, self.steps[at].outcome, ", ".join(answer.found))
        if not answer.found:
            self._count_void(name, at)
        return answer.found

    def _count_void(self, name: str, at: int) -> None:
        self._void += 1
        self._show(at, "void")
        if self._void > MAX_VOID:
            raise _Stop("permerror", f"spf_void {name}")

    @property
    def _type(self) -> str:
        return "A" if self._sender.ip.version == 4 else "AAAA"

    def _is_in(self, addresses: tuple[str, ...], directive: Directive) -> bool:
        length = directive.length4 if self._sender.ip.version == 4 else directive.length6
        return any(self._sender.ip in ipaddress.ip_network(f"{ip}/{length}", strict=False) for ip in addresses)

    def _a(self, directive: Directive, name: str, at: int) -> bool:
        return self._is_in(self._ask(name, self._type, at), directive)

    def _mx(self, directive: Directive, name: str, at: int) -> bool:
        hosts = [value.split()[-1].removesuffix(".").lower() for value in self._ask(name, "MX", at)]
        if len(hosts) > MAX_HOSTS:
            raise _Stop("permerror", f"spf_mx_hosts {name}")
        for host in filter(None, hosts):
            answer = self._look_up(host, self._type)
            if answer.status is DnsStatus.UNREACHABLE:
                self._show(at, "unreachable")
                raise _Stop("temperror", f"spf_dns {host}")
            if self._is_in(answer.found, directive):
                return True
        return False

    def _exists(self, directive: Directive, name: str, at: int) -> bool:
        return bool(self._ask(name, "A", at))

    def _ptr(self, directive: Directive, name: str, at: int) -> bool:
        pointers = self._look_up(reverse_name(self._sender.ip), "PTR")
        if pointers.status in {DnsStatus.NO_NAME, DnsStatus.NO_DATA}:
            self._count_void(reverse_name(self._sender.ip), at)
        return any(host == name or host.endswith(f".{name}") for host in self._validated_names())

    def _validated_names(self) -> list[str]:
        """Return the client's names that lead back to its address (5.5); a failing look-up yields none."""
        answer: DnsAnswer = self._look_up(reverse_name(self._sender.ip), "PTR")
        names = [value.removesuffix(".").lower() for value in answer.found[:MAX_HOSTS]]
        return [
            name
            for name in names
            if any(ipaddress.ip_address(ip) == self._sender.ip for ip in self._look_up(name, self._type).found)
        ]

    def _validated_name(self, domain: str) -> str:
        names = self._validated_names()
        below = [name for name in names if name.endswith(f".{domain}")]
        return domain if domain in names else next(iter([*below, *names]), "unknown")


_MECHANISMS = {"a": _Walk._a, "mx": _Walk._mx, "exists": _Walk._exists, "ptr": _Walk._ptr}


def reverse_name(ip: IPv4Address | IPv6Address) -> str:
    """Return the name at which an address has its PTR records."""
    labels = ".".join(reversed(dotted(ip).split(".")))
    return f"{labels}.{'in-addr' if ip.version == 4 else 'ip6'}.arpa"


def _is_name(domain: str) -> bool:
    labels = domain.split(".")
    return len(domain) <= MAX_NAME and len(labels) > 1 and all(0 < len(label) <= MAX_LABEL for label in labels)
