"""The judgement on a domain's SPF record: whether receivers accept our servers by it (RFC 7208). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from domains.dns_answers import DnsAnswer, DnsStatus, LookUp
from domains.records import ExpectedRecord, Judgement, is_quoted
from domains.spf.advice import merged
from domains.spf.evaluation import MAX_LOOK_UPS, Evaluation, check_host
from domains.spf.grammar import Directive, Modifier, SpfRecord, is_spf, parse, same_host
from domains.spf.macros import SendingHost
from domains.spf.repair import is_glued, recovered, repaired

# Of our servers' addresses so many of each family stand for all: the ends of each network.
SAMPLES = 8


def judge(expected: ExpectedRecord, answer: DnsAnswer, look_up: LookUp) -> Judgement:
    """Say whether mail from our servers passes SPF for the domain, and what to change where it does not."""
    check = _Check(expected, look_up)
    found = tuple(value for value in answer.found if is_spf(value))
    if not found:
        return _nothing_readable(check, answer.found)
    records = [repaired(value) for value in found]
    if len(found) > 1:
        value, count = check.advice(records)
        return Judgement("wrong", "spf_several" if count <= MAX_LOOK_UPS else f"spf_several_full {count}", found, value)
    return check.single(found[0], records[0])


def holds(expected: ExpectedRecord, values: tuple[str, ...]) -> bool:
    """Say whether one of the records names our include."""
    ours = included(expected)
    return any(_names(parse(value), ours) for value in values if is_spf(value))


def included(expected: ExpectedRecord) -> str:
    """Return the host that an SPF record has to include."""
    return expected.value.split()[1].removeprefix("include:").lower()


def _names(record: SpfRecord, ours: str) -> bool:
    return any(term.mechanism == "include" and term.names(ours) for term in record.directives)


def _nothing_readable(check: _Check, found: tuple[str, ...]) -> Judgement:
    near = tuple(value for value in found if "spf1" in value.lower() or check.ours in value.lower())
    if not near:
        return Judgement("missing", "spf_missing")
    records = [record for value in near if (record := recovered(value))]
    value = check.advice(records)[0] if records else check.expected.value
    return Judgement("wrong", "quoted" if any(map(is_quoted, near)) else "spf_prefix", near, value)


@dataclass(frozen=True)
class _Check:
    expected: ExpectedRecord
    look_up: LookUp

    @property
    def ours(self) -> str:
        return included(self.expected)

    def single(self, text: str, record: SpfRecord) -> Judgement:
        """Judge a domain's only record."""
        senders, fault = self.senders()
        if fault:
            return Judgement("unreachable", fault, (text,), "")
        outcomes = [check_host(self.look_up, sender, self.expected.domain) for sender in senders]
        whole = check_host(self.look_up, senders[0], self.expected.domain, to_end=True)
        failed = [outcome for outcome in outcomes if outcome.result != "pass"]
        if not failed:
            # Our servers are accepted; others of the domain may not be.
            note = f"spf_others {whole.reason}" if whole.result == "permerror" else ""
            return Judgement("passed", note, (text,), text, whole.steps)
        unsure = next((outcome for outcome in failed if outcome.result == "temperror"), None)
        if unsure and all(outcome.result == "temperror" for outcome in failed):
            return Judgement("unreachable", unsure.reason, (text,), "", unsure.steps)
        value, count = self.advice([record])
        reason = self._reason(text, record, failed)
        if count > MAX_LOOK_UPS and not reason.startswith("spf_look_ups"):
            reason = f"spf_full {count}"
        return Judgement("wrong", reason, (text,), value, whole.steps)

    def _reason(self, text: str, record: SpfRecord, failed: list[Evaluation]) -> str:
        if is_glued(text):
            return "spf_glued"
        if broken := next((outcome.reason for outcome in failed if outcome.result == "permerror"), ""):
            return broken
        qualifiers = [term.qualifier for term in record.heard if term.mechanism == "include" and term.names(self.ours)]
        if "+" in qualifiers:
            return "spf_refused"
        if qualifiers:
            return f"spf_qualifier {qualifiers[0]}"
        return "spf_after_all" if _names(record, self.ours) else "spf_lacking"

    def advice(self, records: list[SpfRecord]) -> tuple[str, int]:
        """Return the record to enter, and how many look-ups it needs."""
        records = [self._without(record, self._is_dead_end) for record in records]
        senders, _fault = self.senders()
        last = merged(records, self.ours)
        count = self._whole(last, senders)
        if not senders or self._accepts(last, senders):
            return last, count
        # In front every other sender needs our look-ups too; an include that is an error allows nobody.
        first = merged(records, self.ours, first=True)
        sound = merged([self._without(record, self._is_error) for record in records], self.ours)
        for other in (first, sound):
            needed = self._whole(other, senders)
            if needed <= MAX_LOOK_UPS and self._accepts(other, senders):
                return other, needed
        return last, max(count, self._whole(first, senders))

    def _without(self, record: SpfRecord, is_out: Callable[[Directive | Modifier], bool]) -> SpfRecord:
        return SpfRecord(tuple(term for term in record.terms if not is_out(term)), record.invalid)

    def _is_dead_end(self, term: Directive | Modifier) -> bool:
        """Say whether a term leads to the domain itself or includes a name without SPF record."""
        if isinstance(term, Modifier):
            return term.name == "redirect" and same_host(term.value, self.expected.domain)
        return term.mechanism == "include" and (term.names(self.expected.domain) or self._records_at(term) == [])

    def _is_error(self, term: Directive | Modifier) -> bool:
        """Say whether a term includes a name whose own record receivers answer with a permerror."""
        records = self._records_at(term) if isinstance(term, Directive) else None
        return records is not None and (len(records) != 1 or bool(parse(records[0]).invalid))

    def _records_at(self, term: Directive) -> list[str] | None:
        """Return the SPF records that a term includes; None where it includes none, or that cannot be told."""
        if term.mechanism != "include" or "%" in term.domain:
            return None
        answer = self.look_up(term.domain.removesuffix(".").lower(), "TXT")
        return None if answer.status is DnsStatus.UNREACHABLE else list(filter(is_spf, answer.found))

    def _accepts(self, text: str, senders: list[SendingHost]) -> bool:
        look_up = self._with(text)
        return all(check_host(look_up, sender, self.expected.domain).result == "pass" for sender in senders)

    def _whole(self, text: str, senders: list[SendingHost]) -> int:
        if not senders:
            return 0
        return check_host(self._with(text), senders[0], self.expected.domain, to_end=True).count

    def _with(self, text: str) -> LookUp:
        """Return look-ups in a DNS where the domain has `text` as its record."""
        domain = self.expected.domain.lower()

        def look_up(name: str, type: str) -> DnsAnswer:
            return DnsAnswer(DnsStatus.FOUND, (text,)) if (name, type) == (domain, "TXT") else self.look_up(name, type)

        return look_up

    def senders(self) -> tuple[list[SendingHost], str]:
        """Return our servers, by a few of their addresses; or none and why not."""
        addresses, fault = addresses_of(self.look_up, self.ours)
        mail_from = f"bounce@{self.expected.domain}"
        return [SendingHost(ip, mail_from, self.ours) for ip in addresses], fault


def addresses_of(look_up: LookUp, host: str) -> tuple[list[IPv4Address | IPv6Address], str]:
    """Return addresses that the SPF record of `host` allows, a few of each family; or none and why not."""
    found: dict[IPv4Address | IPv6Address, None] = {}
    faults: list[str] = []
    for ip in _allowed(look_up, host, faults, set()):
        if sum(other.version == ip.version for other in found) < SAMPLES:
            found[ip] = None
    if found:
        return list(found), ""
    return [], faults[0] if faults else f"spf_platform {host}"


def _allowed(look_up: LookUp, host: str, faults: list[str], seen: set[str]) -> Iterator[IPv4Address | IPv6Address]:
    if host in seen or len(seen) > MAX_LOOK_UPS:
        return
    seen.add(host)
    answer = look_up(host, "TXT")
    if answer.status is DnsStatus.UNREACHABLE:
        faults.append(f"spf_dns {host}")
    records = [parse(value) for value in answer.found if is_spf(value)]
    for record in records:
        for term in record.heard:
            name = term.domain.removesuffix(".").lower() or host
            if term.qualifier != "+" or "%" in name:
                continue
            if term.network is not None:
                yield from (term.network.network_address, term.network.broadcast_address)
            elif term.mechanism == "include":
                yield from _allowed(look_up, name, faults, seen)
            elif term.mechanism == "a":
                for type in ("A", "AAAA"):
                    yield from map(ip_address, look_up(name, type).found)
        if record.redirect and "%" not in record.redirect:
            yield from _allowed(look_up, record.redirect.removesuffix(".").lower(), faults, seen)
