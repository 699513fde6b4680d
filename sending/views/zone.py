"""The simulator's DNS zone: a sender domain's records put in and taken out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.console.acts import ActPage
from accounts.errors import Refused
from accounts.scoping import one_visible
from domains.models import SenderDomain
from sending.simulator import dns


class _ZoneAct(ActPage):
    right = "domains.edit"
    nav = "domains:list"

    def domain(self, pk: int) -> SenderDomain:
        if settings.RESOLVER != "simulator":
            raise Refused(
                "OperationDenied", "Checks ask real DNS here. Enter the records at the DNS host of the domain."
            )
        return one_visible(SenderDomain.objects.all(), self.caller, pk=pk)


class Publish(_ZoneAct):
    """Fills the zone with the domain's records."""

    def act(self, **kwargs: Any) -> str:
        domain = self.domain(kwargs["pk"])
        with transaction.atomic():
            dns.publish(domain)
            audit.log(self.caller, "simulator.publish_zone", domain.name)
        self.say("The records are in the simulator's DNS. Verify the domain now.")
        return f"{reverse('domains:detail', args=[domain.pk])}?published=1"


class Unpublish(_ZoneAct):
    """Takes the domain's records out of the zone."""

    def act(self, **kwargs: Any) -> str:
        domain = self.domain(kwargs["pk"])
        with transaction.atomic():
            dns.unpublish(domain)
            audit.log(self.caller, "simulator.unpublish_zone", domain.name)
        self.say("The records are no longer in the simulator's DNS. The next check will miss them.")
        return reverse("domains:detail", args=[domain.pk])
