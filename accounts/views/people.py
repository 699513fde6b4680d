"""Users and roles of the account."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import lifecycle
from accounts.console import one_time_secrets
from accounts.console.act_page import ActPage
from accounts.console.forms import FormPage
from accounts.console.lists import Button, Column, ListPage
from accounts.forms import MemberForm, RoleForm, UserFilters
from accounts.mail.addresses import key_or_text
from accounts.models import Membership
from accounts.roles import Role
from accounts.scoping import get_visible_or_404, visible

RIGHT = "users.manage"
NAV = "accounts:users"


class Users(ListPage):
    """Who may do what in this account."""

    right = RIGHT
    title = _("Users and Roles")
    nav = NAV
    template_name = "accounts/users.html"
    filters_class = UserFilters
    csv_name = "users"
    csv_right = RIGHT
    intro = _(
        "Operators set up and send, reviewers decide on templates, analysts view and export figures, "
        "admins do everything except reviews and manage users and API keys."
    )
    columns = (
        Column("email", _("Email address"), "user.email"),
        Column("name", pgettext_lazy("person", "Name"), "user.name"),
        Column("role", _("Role"), lambda row: row.get_role_display()),
        Column("active", _("Status"), lambda row: "enabled" if row.user.is_active else "disabled", kind="badge"),
        Column("last_login", _("Last login"), "user.last_login", kind="time"),
        Column("member_since", _("Member since"), "created_at", kind="time"),
    )

    def rows(self) -> QuerySet[Membership]:
        rows = visible(Membership.objects.select_related("user"), self.caller)
        wanted = self.filters.cleaned
        if "role" in wanted:
            rows = rows.filter(role=wanted["role"])
        if "q" in wanted:
            email = key_or_text(wanted["q"]).text
            rows = rows.filter(Q(user__email__contains=email) | Q(user__name__icontains=wanted["q"]))
        return rows

    def row_url(self, row: Any) -> str:
        return reverse("accounts:member", args=[row.pk])

    def primary(self) -> Button:
        return Button(gettext("Add user"), reverse("accounts:member_add"))

    def context(self, rows: Any) -> dict[str, Any]:
        return {"password": one_time_secrets.take(self.request, "password")}


class AddMember(FormPage):
    """Somebody new in the account."""

    right = RIGHT
    title = _("Add user")
    nav = NAV
    form_class = MemberForm
    submit_label = _("Add user")
    success = _("User added.")

    def parent(self) -> tuple[str, str]:
        return gettext("Users and Roles"), reverse(NAV)

    def initial(self) -> dict[str, Any]:
        role = self.request.GET.get("role", "")
        return {"role": role} if role in Role.values else {}

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        password = data["password"] or lifecycle.initial_password()
        membership = lifecycle.add_member(
            self.caller, email=data["email"], name=data["name"], role=data["role"], password=password
        )
        # An existing user kept the old password; then there is none to show.
        if not data["password"] and membership.user.check_password(password):
            one_time_secrets.keep(self.request, "password", f"{membership.user.email}\n{password}")
        return reverse(NAV)


class MemberDetail(FormPage):
    """One member and the role to change."""

    right = RIGHT
    nav = NAV
    template_name = "accounts/member.html"
    form_class = RoleForm
    submit_label = _("Change role")
    success = _("Role changed. It takes effect on the next page the user opens.")
    membership: Membership

    def parent(self) -> tuple[str, str]:
        return gettext("Users and Roles"), reverse(NAV)

    def get(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get(request, **self._found(**kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **self._found(**kwargs))

    def _found(self, **kwargs: Any) -> dict[str, Any]:
        self.membership = get_visible_or_404(Membership.objects.select_related("user"), self.caller, pk=kwargs["pk"])
        return kwargs

    def page_title(self) -> str:
        return self.membership.user.email

    def initial(self) -> dict[str, Any]:
        return {"role": self.membership.role}

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"membership": self.membership}

    def act(self, form: Any) -> str:
        lifecycle.change_role(self.caller, membership=self.membership, role=form.cleaned_data["role"])
        return reverse(NAV)


class RemoveMember(ActPage):
    """Takes a member out of the account."""

    right = RIGHT
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        membership = get_visible_or_404(Membership.objects.select_related("user"), self.caller, pk=kwargs["pk"])
        email = membership.user.email
        lifecycle.remove_member(self.caller, membership=membership)
        said = gettext("%(email)s is no longer a member of %(account)s.")
        self.say(said % {"email": email, "account": self.caller.account.name})
        return reverse(NAV)
