"""What to change in an existing SPF record so that our servers may send too (RFC 7208 4.5, 5.1, 6.1). Pure.

The advice is always one record. Whom the old one allowed stays allowed, its `all` and its redirect keep their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from domains.spf.grammar import Directive, Modifier, SpfRecord, same_host

# From what says most against a sender that nothing else matches to what says least.
_STRICTEST = "-~?+"


def merged(records: Sequence[SpfRecord], ours: str, *, first: bool = False) -> str:
    """Return the one record that says what `records` say and includes `ours`, as its last mechanism before `all`.

    Last, nobody whom an earlier mechanism allows needs a look-up more; `first` is for a record that refuses our servers
    before it reaches its end.
    """
    if len(records) > 1:
        # A record for us alone was meant as an addition: its `all` says nothing about the others' senders.
        records = [record for record in records if not _is_ours_alone(record, ours)] or records[:1]
    mechanisms = [directive.text for record in records for directive in record.heard if not _is_for(directive, ours)]
    redirects = dict.fromkeys(
        record.redirect for record in records if record.redirect and not same_host(record.redirect, ours)
    )
    ends = [record.all.qualifier for record in records if record.all]
    if ends or len(redirects) > 1:
        # Beside `all` a redirect has no effect and two are an error, so what it allowed is included.
        mechanisms += [f"include:{target}" for target in redirects]
        redirects = {}
    include = f"include:{ours}"
    mechanisms = [include, *mechanisms] if first else [*mechanisms, include]
    end = next((f"{mark}all" for mark in _STRICTEST if mark in ends), "")
    kept = [*_modifiers(records), *(f"redirect={target}" for target in redirects)]
    return " ".join(["v=spf1", *dict.fromkeys(mechanisms), *([end] if end else []), *kept])


def _is_for(directive: Directive, ours: str) -> bool:
    return directive.mechanism == "include" and directive.names(ours)


def _is_ours_alone(record: SpfRecord, ours: str) -> bool:
    return not record.invalid and all(
        isinstance(term, Directive) and (term.mechanism == "all" or _is_for(term, ours)) for term in record.terms
    )


def _modifiers(records: Sequence[SpfRecord]) -> list[str]:
    """Return the modifiers but for redirects, of several explanations the first; "v=spf1" once more is none."""
    terms = [term for record in records for term in record.terms if isinstance(term, Modifier) and term.name != "v"]
    explanations = [term.text for term in terms if term.name == "exp"][:1]
    return [*explanations, *dict.fromkeys(term.text for term in terms if term.name not in {"exp", "redirect"})]
