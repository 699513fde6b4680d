"""The acts on the simulator's DNS zone: a domain's people put its records in and take them out."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from domains.models import SenderDomain
from sending.simulator import dns


def publish(caller: Caller, *, domain: SenderDomain) -> None:
    """Fill the zone with the domain's records; Refused where checks ask real DNS."""
    _require(caller)
    with transaction.atomic():
        dns.publish(domain)
        audit.log(caller, "simulator.publish_zone", domain.name)


def unpublish(caller: Caller, *, domain: SenderDomain) -> None:
    """Take the domain's records out of the zone; Refused where checks ask real DNS."""
    _require(caller)
    with transaction.atomic():
        dns.unpublish(domain)
        audit.log(caller, "simulator.unpublish_zone", domain.name)


def _require(caller: Caller) -> None:
    caller.require("domains.edit")
    if settings.RESOLVER != "simulator":
        message = gettext("Checks use real DNS here. Add the records at the DNS host of the domain.")
        raise Refused("OperationDenied", message)
