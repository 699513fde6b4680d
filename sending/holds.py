"""The hold switch: delivery, callbacks and the reading of reports, each stopped for the whole platform until released.

The switch is in the database, so every process on every machine obeys. Acceptance goes on: what is accepted waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.caller import COMMAND_LINE as COMMAND_LINE
from accounts.caller import PlatformActor
from sending.models import HoldPeriod

Kind = HoldPeriod.Kind
AT_START = gettext_noop("It was started with --hold.")
# What a person wrote is no sentence of ours: it must not be looked up, nor its percent signs be filled in.
IN_OWN_WORDS = "%(words)s"


def is_on_hold(kind: HoldPeriod.Kind) -> bool:
    """Say whether `kind` is on hold now."""
    return HoldPeriod.objects.filter(kind=kind, ended_at=None).exists()


def not_on_hold(kind: HoldPeriod.Kind) -> str:
    """Return the SQL condition that `kind` is not on hold, for statements that take work."""
    return f"NOT EXISTS (SELECT FROM sending_holdperiod WHERE kind = '{kind.value}' AND ended_at IS NULL)"


def time_on_hold(kind: HoldPeriod.Kind, since: str) -> str:
    """Return the SQL expression of how long `kind` was on hold after the moment `since` (SQL), as an interval."""
    return (
        "coalesce((SELECT sum(coalesce(h.ended_at, statement_timestamp()) - greatest(h.began_at, "  # noqa: S608
        f"{since})) FROM sending_holdperiod AS h WHERE h.kind = '{kind.value}' "
        f"AND coalesce(h.ended_at, statement_timestamp()) > {since}), interval '0')"
    )


def current() -> list[HoldPeriod]:
    """Return what is on hold now, in the order of the kinds."""
    kinds = list(Kind)
    return sorted(HoldPeriod.objects.filter(ended_at=None), key=lambda period: kinds.index(Kind(period.kind)))


def hold(
    actor: PlatformActor,
    *,
    kinds: Iterable[HoldPeriod.Kind],
    reason: str,
    values: Mapping[str, Any] | None = None,
    outranks: bool = False,
) -> list[HoldPeriod.Kind]:
    """Put kinds on hold and return those that were not before; what is being sent is finished, nothing new begins.

    `reason` is an English sentence marked by `gettext_noop`, with %(name)s for what `values` holds. What is on hold
    already keeps the reason it has, unless this one outranks it.
    """
    kinds, why = list(kinds), {"reason": reason, "values": dict(values or {})}
    begun = []
    with transaction.atomic():
        for kind in kinds:
            period, is_new = HoldPeriod.objects.get_or_create(
                kind=kind, ended_at=None, defaults={**why, "begun_by": actor.name}
            )
            if is_new:
                begun.append(kind)
            elif outranks:
                HoldPeriod.objects.filter(pk=period.pk).update(**why)
        if begun or outranks:
            audit.log_platform(actor, "hold.begin", _listed(begun or kinds), reason=reason % why["values"])
    return begun


def release(actor: PlatformActor, *, kinds: Iterable[HoldPeriod.Kind]) -> list[HoldPeriod.Kind]:
    """End the hold of kinds and return those that were on hold."""
    with transaction.atomic():
        found = HoldPeriod.objects.select_for_update().filter(kind__in=list(kinds), ended_at=None)
        periods = {period.pk: Kind(period.kind) for period in found}
        # Never before it began, whatever somebody did to the server's clock.
        ended_at = Greatest(Now(), F("began_at"))
        HoldPeriod.objects.filter(pk__in=periods).update(ended_at=ended_at, ended_by=actor.name)
        released = [kind for kind in Kind if kind in periods.values()]
        if released:
            audit.log_platform(actor, "hold.end", _listed(released))
    return released


def _listed(kinds: Iterable[HoldPeriod.Kind]) -> str:
    return ", ".join(kind.value for kind in kinds)
