"""API keys of the account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts import credentials
from accounts.console import once
from accounts.console.acts import ActPage
from accounts.console.forms import FormPage
from accounts.console.lists import Action, Column, Empty, ListPage
from accounts.forms import KeyForm
from accounts.models import ApiKey
from accounts.scoping import one_visible, visible

RIGHT = "keys.manage"
NAV = "accounts:keys"


class Keys(ListPage):
    """The pairs that programs sign with."""

    right = RIGHT
    title = "API Keys"
    nav = NAV
    template_name = "accounts/keys.html"
    csv_name = "api_keys"
    csv_right = RIGHT
    empty = Empty("No API key yet", "Programs need one to send mail through the API. Create one above.")
    intro = "A program signs its calls with a SecretId and its SecretKey. The SecretKey is shown once, when it is made."
    columns = (
        Column("name", "Name", "name"),
        Column("secret_id", "SecretId", "secret_id", kind="mono"),
        Column("state", "State", lambda row: "enabled" if row.enabled else "disabled", kind="badge"),
        Column("actions", "Actions", lambda row: ", ".join(row.actions) or "All"),
        Column("networks", "Allowed from", lambda row: ", ".join(row.networks) or "Anywhere"),
        Column("last_used_at", "Last used", "last_used_at", kind="time"),
        Column("created_at", "Created", "created_at", kind="time"),
    )

    def rows(self) -> QuerySet[ApiKey]:
        return visible(ApiKey.objects.defer("secret_key"), self.caller)

    def primary(self) -> Action:
        return Action("Create API key", reverse("accounts:key_create"))

    def context(self, rows: Any) -> dict[str, Any]:
        return {"secret": once.take(self.request, "secret_key"), "endpoint": settings.PUBLIC_URL}


class CreateKey(FormPage):
    """A new pair; the SecretKey stands on the next page, once."""

    right = RIGHT
    title = "Create API key"
    nav = NAV
    form_class = KeyForm
    submit_label = "Create key"
    # The names an API key can be cut down to; the roof passes its table in `as_view(actions=…)`.
    actions: tuple[str, ...] = ()

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.parent = ("API Keys", reverse(NAV))

    def form_kwargs(self) -> dict[str, Any]:
        return {"actions": self.actions}

    def act(self, form: Any) -> str:
        given = form.cleaned_data
        key, secret_key = credentials.create_key(
            self.caller, name=given["name"], actions=given["actions"], networks=given["networks"]
        )
        once.keep(self.request, "secret_key", f"{key.secret_id}\n{secret_key}")
        return reverse(NAV)


class _SetEnabled(ActPage):
    right = RIGHT
    nav = NAV
    enabled: bool

    def act(self, **kwargs: Any) -> str:
        key = one_visible(ApiKey.objects.defer("secret_key"), self.caller, pk=kwargs["pk"])
        credentials.set_key_enabled(self.caller, key=key, enabled=self.enabled)
        self.say(f"{key.name} is {'enabled' if self.enabled else 'disabled; calls signed with it are refused'}.")
        return reverse(NAV)


class EnableKey(_SetEnabled):
    """Lets a key work again."""

    enabled = True


class DisableKey(_SetEnabled):
    """Stops a key."""

    enabled = False
