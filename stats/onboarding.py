"""The steps from a new account to its first mail, as the Overview page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.caller import Caller
from accounts.roles import Role
from accounts.scoping import visible
from domains.models import SenderAddress, SenderDomain
from domains.queries import sending_domains
from sending.models import Submission
from templates_app.models import Template


@dataclass(frozen=True)
class OnboardingStep:
    """One step of first use: done or not, where to do it, and whether the caller can do it now."""

    text: str | Promise
    done: bool
    url: str
    label: str | Promise
    open: bool


def steps(caller: Caller) -> list[OnboardingStep]:
    """Return the steps to the first mail, in their order."""
    domains, templates = visible(SenderDomain.objects.all(), caller), visible(Template.objects.all(), caller)
    domain = domains.order_by("-id").values_list("pk", flat=True).first()
    verified = sending_domains(caller).exists()
    addressed = visible(SenderAddress.objects.all(), caller).exists()
    template = templates.order_by("-id").values_list("pk", flat=True).first()
    approved = templates.filter(approved__isnull=False).order_by("-id").values_list("pk", flat=True).first()
    reviewed = approved is not None or caller.account.has_member(Role.REVIEWER)
    sent = visible(Submission.objects.all(), caller).exists()
    may = caller.may

    def step(
        text: str | Promise, done: bool, url: str, label: str | Promise, right: str, ready: bool = True
    ) -> OnboardingStep:
        return OnboardingStep(text, done, url, label, ready and not done and may(right))

    return [
        step(
            gettext_lazy("Add a sender domain"),
            domain is not None,
            reverse("domains:create"),
            gettext_lazy("Add domain"),
            "domains.edit",
        ),
        step(
            gettext_lazy("Verify its DNS records"),
            verified,
            reverse("domains:detail", args=[domain or 0]),
            gettext_lazy("Verify"),
            "domains.edit",
            domain is not None,
        ),
        step(
            gettext_lazy("Create a sender address"),
            addressed,
            reverse("domains:address_create"),
            gettext_lazy("Create address"),
            "addresses.edit",
            verified,
        ),
        step(
            gettext_lazy("Create a template"),
            template is not None,
            reverse("templates:create"),
            gettext_lazy("Create template"),
            "templates.edit",
        ),
        step(
            gettext_lazy("Add a reviewer") if may("users.manage") else gettext_lazy("Have an admin add a reviewer"),
            reviewed,
            f"{reverse('accounts:member_add')}?role={Role.REVIEWER}",
            gettext_lazy("Add reviewer"),
            "users.manage",
        ),
        step(
            gettext_lazy("Have it approved by a reviewer"),
            approved is not None,
            reverse("templates:detail", args=[template or 0]),
            gettext_lazy("View status"),
            "templates.view",
            template is not None,
        ),
        step(
            gettext_lazy("Send the first email"),
            sent,
            f"{reverse('sending:send')}?template={approved}",
            gettext_lazy("Send"),
            "messages.send",
            addressed and approved is not None,
        ),
    ]
