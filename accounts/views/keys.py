"""API keys of the account."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import api_samples, credentials
from accounts.caller import Caller
from accounts.console import one_time_secrets
from accounts.console.act_page import ActPage
from accounts.console.bulk import BulkAction, BulkPage
from accounts.console.forms import FormPage
from accounts.console.lists import BulkBar, Button, Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.forms import KeyForm
from accounts.models import ApiKey
from accounts.scoping import get_visible_or_404, visible

RIGHT = "keys.manage"
NAV = "accounts:keys"


BULK = (
    BulkAction(
        "disable",
        _("Disable"),
        lambda caller, key: _set_enabled(caller, key, False),
        _("Disable these API keys?"),
        _("Requests signed with them will be refused."),
        icon="ban",
        is_danger=True,
    ),
    BulkAction("enable", _("Enable"), lambda caller, key: _set_enabled(caller, key, True), _("Enable these API keys?")),
)


def _set_enabled(caller: Caller, key: ApiKey, enabled: bool) -> None:
    credentials.set_key_enabled(caller, key=key, enabled=enabled)


class BulkKeys(BulkPage):
    """Enable or disable many keys."""

    right = RIGHT
    nav = NAV
    actions = BULK

    def rows(self) -> QuerySet[ApiKey]:
        return visible(ApiKey.objects.defer("secret_key"), self.caller)

    def name_of(self, row: ApiKey) -> str:
        return f"{row.name} ({row.secret_id})"


class ApiKeys(ListPage):
    """The pairs that programs sign with."""

    right = RIGHT
    title = _("API Keys")
    nav = NAV
    template_name = "accounts/keys.html"
    csv_name = "api_keys"
    csv_right = RIGHT
    intro = _(
        "Programs sign their requests with a SecretId and a SecretKey. The SecretKey is shown only once, when the key "
        "is created."
    )
    columns = (
        Column("name", _("Name"), "name"),
        Column("secret_id", "SecretId", "secret_id", kind="mono"),
        Column("state", _("Status"), lambda row: "enabled" if row.enabled else "disabled", kind="badge"),
        Column("actions", _("API actions"), lambda row: ", ".join(row.actions) or gettext("All")),
        Column("networks", _("Allowed IP addresses"), lambda row: ", ".join(row.networks) or gettext("Any")),
        Column("last_used_at", _("Last used"), "last_used_at", kind="time"),
        Column("created_at", _("Created"), "created_at", kind="time"),
    )

    def empty_state(self) -> EmptyState:
        return EmptyState(
            gettext("No API keys yet"), gettext("Programs need one to send emails through the API. Create one above.")
        )

    def rows(self) -> QuerySet[ApiKey]:
        return visible(ApiKey.objects.defer("secret_key"), self.caller)

    def primary(self) -> Button:
        return Button(gettext("Create API key"), reverse("accounts:key_create"))

    def bulk(self) -> BulkBar:
        return BulkBar(reverse("accounts:keys_bulk"), BULK)

    def row_url(self, row: ApiKey) -> str:
        return reverse("accounts:key", args=[row.pk])


class KeyPage(ConsoleView):
    """One key: where the API answers, programs to begin with, and once, after it was created, its SecretKey."""

    right = RIGHT
    nav = NAV
    template_name = "accounts/key.html"
    key: ApiKey

    def page_title(self) -> str:
        return self.key.name

    def parent(self) -> tuple[str, str]:
        return gettext("API Keys"), reverse(NAV)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.key = get_visible_or_404(ApiKey.objects.defer("secret_key"), self.caller, pk=pk)
        endpoints = api_samples.endpoints()
        kept_for, _line_end, secret_key = one_time_secrets.take(request, "secret_key").partition("\n")
        if kept_for != self.key.secret_id:
            secret_key = ""
        env = api_samples.env_file(self.key.secret_id, secret_key, endpoints[0])
        return self.page(
            key=self.key,
            secret=secret_key,
            # The server forgets the SecretKey with this answer: the file comes with the page.
            env_url=f"data:application/octet-stream;base64,{b64encode(env.encode()).decode()}" if secret_key else "",
            endpoints=endpoints,
            name="TENCENTCLOUD_SECRET_KEY",
            samples=api_samples.samples(self.key.secret_id, endpoints[0]),
        )


class CreateKey(FormPage):
    """A new pair; the SecretKey is shown on the next page, once."""

    right = RIGHT
    title = _("Create API key")
    nav = NAV
    form_class = KeyForm
    submit_label = _("Create API key")
    # The action names an API key can be limited to; `config.urls` sets them from its table.
    actions: tuple[str, ...] = ()

    def parent(self) -> tuple[str, str]:
        return gettext("API Keys"), reverse(NAV)

    def form_kwargs(self) -> dict[str, Any]:
        return {"actions": self.actions}

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        key, secret_key = credentials.create_key(
            self.caller, name=data["name"], actions=data["actions"], networks=data["networks"]
        )
        one_time_secrets.keep(self.request, "secret_key", f"{key.secret_id}\n{secret_key}")
        return reverse("accounts:key", args=[key.pk])


class _SetEnabled(ActPage):
    right = RIGHT
    nav = NAV
    enabled: bool

    def act(self, **kwargs: Any) -> str:
        key = get_visible_or_404(ApiKey.objects.defer("secret_key"), self.caller, pk=kwargs["pk"])
        credentials.set_key_enabled(self.caller, key=key, enabled=self.enabled)
        if self.enabled:
            self.say(gettext("%(key)s is enabled.") % {"key": key.name})
        else:
            self.say(gettext("%(key)s is disabled. Requests signed with it are refused.") % {"key": key.name})
        return reverse(NAV)


class EnableKey(_SetEnabled):
    """Lets a key work again."""

    enabled = True


class DisableKey(_SetEnabled):
    """Stops a key."""

    enabled = False
