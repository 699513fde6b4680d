"""The forms of login, people and keys, and the filters of their lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import audit_actions
from accounts.console.appearance import zones
from accounts.console.filters import DatedFilters, Filters
from accounts.mail.addresses import key_or_text
from accounts.models import NoticeMail, User
from accounts.roles import Role


class LogInForm(forms.Form):
    """Email address and password."""

    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_email(self) -> str:
        return key_or_text(str(self.cleaned_data["email"])).text


class PasswordForm(forms.Form):
    """The present password and twice the new one."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean_current(self) -> str:
        current = str(self.cleaned_data["current"])
        if not self.user.check_password(current):
            raise ValidationError(gettext("This is not your current password."))
        return current

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        if self.user.check_password(new):
            raise ValidationError(gettext("This is your current password. Choose another one."))
        return new

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", gettext("The two new passwords do not match."))
        return data


class TimeZoneForm(forms.Form):
    """One of the time zones this machine knows."""

    zone = forms.ChoiceField(label=_("Time zone"), choices=lambda: [(zone, zone) for zone in zones()])


class NoticeMailForm(forms.Form):
    """Which notices a person gets by email."""

    kinds = forms.MultipleChoiceField(
        label=_("Send an email when"),
        choices=NoticeMail.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language of the emails"), choices=settings.LANGUAGES)


class ProfileForm(TimeZoneForm):
    """What users say of themselves."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "zone")


class EndSessionsForm(forms.Form):
    """The password, so that whoever found an open session cannot lock its owner out."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class MemberForm(forms.Form):
    """A person to add."""

    email = forms.CharField(label=_("Email address"), max_length=254, strip=False, widget=forms.EmailInput)
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.OPERATOR)
    password = forms.CharField(
        label=_("Initial password"),
        max_length=1000,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "If you leave this empty, one is generated and shown once. New users choose their own at the first login; "
            "existing users keep theirs."
        ),
    )


class RoleForm(forms.Form):
    """The role of a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("The program that uses it, such as “shop checkout”.")
    )
    actions = forms.MultipleChoiceField(
        label=_("API actions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("If you select none, the key can call all actions, including those of later versions."),
    )
    networks = forms.CharField(
        label=_("Allowed IP addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "203.0.113.7\n198.51.100.0/24"}),
        help_text=_("One IP address or network per line. Leave it empty to allow any."),
    )

    def __init__(self, *args: Any, actions: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["actions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, name) for name in actions]

    def clean_networks(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["networks"]).splitlines() if line.strip()]


class UserFilters(Filters):
    """By role and by name."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Any")), *Role.choices])
    q = forms.CharField(label=_("Email or name"), max_length=100, widget=forms.TextInput(attrs={"type": "search"}))


class AuditFilters(DatedFilters):
    """Filters of the audit log: channel, action, actor or target."""

    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("Any")), *audit_actions.CHANNELS.items()])
    act = forms.ChoiceField(
        label=_("Action"),
        choices=[("", _("Any")), *((area, list(texts.items())) for area, texts in audit_actions.AREAS.values())],
    )
    q = forms.CharField(label=_("Actor or target"), max_length=254, widget=forms.TextInput(attrs={"type": "search"}))
