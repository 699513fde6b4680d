"""The simulator's DNS zone: the buttons that put a sender domain's records in and take them out."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from accounts.console.act_page import ActPage
from accounts.scoping import get_visible_or_404
from domains.models import SenderDomain
from sending.simulator import zone


class _ZoneAct(ActPage):
    right = "domains.edit"
    nav = "domains:list"

    def domain(self, pk: int) -> SenderDomain:
        return get_visible_or_404(SenderDomain.objects.all(), self.caller, pk=pk)


class PublishZone(_ZoneAct):
    """Fills the zone with the domain's records."""

    def act(self, **kwargs: Any) -> str:
        domain = self.domain(kwargs["pk"])
        zone.publish(self.caller, domain=domain)
        self.say(gettext("The records were added to the simulator's DNS. You can verify the domain now."))
        return f"{reverse('domains:detail', args=[domain.pk])}?published=1"


class UnpublishZone(_ZoneAct):
    """Takes the domain's records out of the zone."""

    def act(self, **kwargs: Any) -> str:
        domain = self.domain(kwargs["pk"])
        zone.unpublish(self.caller, domain=domain)
        self.say(gettext("The records were removed from the simulator's DNS. The next check will not find them."))
        return reverse("domains:detail", args=[domain.pk])
