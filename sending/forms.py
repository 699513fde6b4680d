"""The forms of sending, and the filters of its lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from accounts.caller import Caller
from accounts.console.filters import DatedFilters
from accounts.mail.address_lists import ListedAddress, read_list
from accounts.scoping import visible
from domains.models import SenderAddress, SenderDomain
from domains.queries import sending_domains
from sending.acceptance.draft import Draft
from sending.models import DeliverStatus, HoldPeriod
from sending.simulator.scenarios import SCENARIOS
from sending.unsubscribe_languages import BY_TAG, by_code
from templates_app import sensitive_names
from templates_app.models import Template, Version
from templates_app.queries import compiled
from templates_app.rendering import names_in

VALUE = "value."
# How many of the texts that are no addresses are named at once.
MAX_FAULTS = 5


def languages() -> list[tuple[str, str | Promise]]:
    """Return the unsubscribe languages by the API's codes, as this site numbers them."""
    offered = ((code, gettext(BY_TAG[tag].name)) for code, tag in by_code(settings.SITE).items())
    return [("0", gettext_lazy("No link")), *sorted(offered, key=lambda pair: pair[1])]


class StatusFilters(DatedFilters):
    """Narrow the mails."""

    recipient = forms.CharField(
        label=gettext_lazy("Recipient"),
        max_length=320,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Address, or its beginning")}),
    )
    status = forms.TypedChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("Any")), *DeliverStatus.choices],
        coerce=int,
        empty_value=None,
    )
    sender_domain = forms.ChoiceField(label=gettext_lazy("Sender domain"))
    message_id = forms.CharField(
        label=gettext_lazy("Message ID"), max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, data: Any, *, caller: Caller) -> None:
        super().__init__(data, caller=caller)
        names = visible(SenderDomain.objects.all(), caller).order_by("name").values_list("name", flat=True)
        field = self.fields["sender_domain"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Any")), *((name, name) for name in names)]


class InboxFilters(DatedFilters):
    """Narrow the inbox."""

    recipient = forms.CharField(
        label=gettext_lazy("Recipient"),
        max_length=320,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Address, or its beginning")}),
    )
    scenario = forms.ChoiceField(
        label=gettext_lazy("Mailbox"), choices=[("", gettext_lazy("Any")), *((name, name) for name in SCENARIOS)]
    )


class SendForm(forms.Form):
    """One mail by hand: a field for each variable of the chosen template and of the subject."""

    template_id = forms.ChoiceField(label=gettext_lazy("Template"))
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=998,
        strip=True,
        help_text=gettext_lazy("May contain variables, as in Hello {{name}}."),
    )
    from_address = forms.ChoiceField(label=pgettext_lazy("email", "From"))
    # Not stripped: refusals count its lines.
    to = forms.CharField(
        label=pgettext_lazy("email", "To"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    unsubscribe = forms.ChoiceField(
        label=gettext_lazy("Unsubscribe link"),
        help_text=gettext_lazy("A line at the end of the email, in the language of its recipients."),
    )

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.caller = caller
        # The addresses of To that stand there again.
        self.repeated: list[ListedAddress] = []
        limit = settings.RULES.to_per_console_mail
        self.fields["to"].help_text = gettext(
            "At most %(limit)d addresses, separated by commas, semicolons or new lines. Names are left out. "
            "Recipients see each other's addresses."
        ) % {"limit": limit}
        self.templates = list(
            visible(Template.objects.filter(approved__isnull=False, archived_at=None), caller)
            .select_related("approved")
            .order_by("name")
        )
        self.addresses = list(
            visible(SenderAddress.objects.filter(domain__in=sending_domains(caller)), caller).order_by("address")
        )
        self._choices(
            "template_id",
            [("", gettext("Choose a template"))],
            [(str(template.pk), template.name) for template in self.templates],
        )
        self._choices("from_address", [], [(address.address, _named(address)) for address in self.addresses])
        self._choices("unsubscribe", [], languages())
        self.names = self._names()
        # A browser keeps no sensitive value: neither in its own lists nor in the draft of this form.
        kept_by_nobody = sensitive_names.among(self.names, self._marks())
        for name in self.names:
            field = forms.CharField(label=name, strip=False, max_length=10_000)
            if name in kept_by_nobody:
                field.widget.attrs |= {"autocomplete": "off", "data-sensitive": ""}
            self.fields[f"{VALUE}{name}"] = field

    @property
    def version(self) -> Version | None:
        """Return what the chosen template sends; None while none is chosen."""
        chosen = str(self["template_id"].value() or "")
        return next((template.approved for template in self.templates if str(template.pk) == chosen), None)

    @property
    def values(self) -> dict[str, str]:
        """Return what stands in the variables' fields, filled or not."""
        return {name: str(self[f"{VALUE}{name}"].value() or "") for name in self.names}

    @property
    def sensitive(self) -> list[str]:
        """Return the names of the variables whose values are masked after sending."""
        return sensitive_names.among((name for name in self.names if self.values[name]), self._marks())

    def _marks(self) -> dict[str, bool]:
        """Return what the author of the chosen template decided, by variable."""
        chosen = str(self["template_id"].value() or "")
        return next((template.sensitive for template in self.templates if str(template.pk) == chosen), {})

    def variable_fields(self) -> list[forms.BoundField]:
        """Return the fields of the variables."""
        return [self[f"{VALUE}{name}"] for name in self.names]

    def clean_to(self) -> tuple[str, ...]:
        """Return the distinct addresses; refuse, with its place, each text that is none."""
        found = read_list(self.cleaned_data["to"])
        if found.faults:
            more = len(found.faults) - MAX_FAULTS
            texts = [str(fault) for fault in found.faults[:MAX_FAULTS]]
            if more > 0:
                texts.append(ngettext("%(count)d more is wrong.", "%(count)d more are wrong.", more) % {"count": more})
            raise forms.ValidationError(texts)
        if not found.addresses:
            raise forms.ValidationError(gettext("Enter at least one address."))
        limit = settings.RULES.to_per_console_mail
        if len(found.addresses) > limit:
            raise forms.ValidationError(
                gettext("%(count)d addresses are given; %(limit)d are allowed here. Send several emails.")
                % {"count": len(found.addresses), "limit": limit}
            )
        self.repeated = found.repeated
        return tuple(listed.mailbox.address for listed in found.addresses)

    def draft(self) -> Draft:
        """Return what the valid form asks to send."""
        data = self.cleaned_data
        return Draft(
            from_address=data["from_address"],
            subject=data["subject"],
            to=data["to"],
            template_id=int(data["template_id"]),
            variables={name: data[f"{VALUE}{name}"] for name in self.names},
            unsubscribe=data["unsubscribe"],
        )

    def _choices(
        self, name: str, first: Sequence[tuple[str, str | Promise]], others: Sequence[tuple[str, str | Promise]]
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*first, *others]

    def _names(self) -> list[str]:
        version = self.version
        wanted = list(compiled(version.pk).names) if version else []
        return sorted({*wanted, *names_in(str(self["subject"].value() or ""))})


def _named(address: SenderAddress) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address


class ErasureForm(forms.Form):
    """Whose data is erased."""

    address = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    everywhere = forms.BooleanField(label=gettext_lazy("In all accounts of the platform"), required=False)
    sure = forms.BooleanField(
        label=gettext_lazy("Erase it for good"),
        help_text=gettext_lazy("Nobody can bring it back."),
    )

    def __init__(self, *args: Any, may_everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_everywhere:
            del self.fields["everywhere"]


class HoldForm(forms.Form):
    """What to put on hold, and why."""

    kinds = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What to hold"),
        choices=HoldPeriod.Kind.choices,
        coerce=HoldPeriod.Kind,
        initial=HoldPeriod.Kind.values,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Shown on every page while it lasts."),
    )


class DropForm(forms.Form):
    """Up to when the waiting emails were accepted that shall be dropped, in the user's time zone."""

    accepted_before = forms.DateTimeField(
        label=gettext_lazy("Accepted before"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )
