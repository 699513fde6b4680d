"""The endpoint alone, with actions of the tests' own."""

from __future__ import annotations

from typing import Any

from django.urls import path

from accounts.api import fields
from accounts.api.action import Action
from accounts.api.endpoint import Endpoint
from accounts.api.fields import Base64, Boolean, Integer, ParamList, Params, Text
from accounts.caller import Caller
from accounts.errors import Refused


class Item(Params):
    Name = Text()
    Content = Base64(required=False)


class Echo(Action):
    codes = {"Items.Content": "InvalidParameterValue.AttachContentIsWrong"}

    class Input(Params):
        Text = fields.Text()
        Lines = fields.Text(lines=True, required=False)
        Number = Integer(min_value=1, max_value=100, required=False)
        Language = fields.Text(required=False)
        Flag = Boolean(required=False)
        Names = ParamList(child=fields.Text(), required=False)
        Items = ParamList(child=Item(), required=False)
        One = Item(required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in data.items() if name not in {"Items", "One"}}
        return {**shown, "Account": caller.account.pk, "Channel": caller.channel}


class Refusing(Action):
    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        raise Refused("FailedOperation.WithOutPermission", "Name a template.")


class Forbidding(Action):
    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("platform.manage")
        return {}


class Breaking(Action):
    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("a fault of ours")


ACTIONS: dict[str, type[Action]] = {
    "Echo": Echo,
    "Refusing": Refusing,
    "Forbidding": Forbidding,
    "Breaking": Breaking,
}
urlpatterns = [path("", Endpoint.as_view(actions=ACTIONS))]
