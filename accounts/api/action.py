"""What every API action is: an input and an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from accounts.api.errors import from_validation
from accounts.api.fields import Params
from accounts.caller import Caller


class Action:
    """One action of the API. It checks the shape of its input; rights and rules are checked by the acts it calls."""

    # The declared parameters; none here.
    Input: type[Params] = Params
    # Path of a parameter ("Attachments.Content") -> the error code of its bad values.
    codes: ClassVar[dict[str, str]] = {}

    def answer(self, caller: Caller, params: Mapping[str, Any], *, as_text: bool = False) -> dict[str, Any]:
        """Do the action and return the fields of its response; raise Refused otherwise."""
        serializer = self.Input(data=params, context={"as_text": as_text})
        try:
            serializer.is_valid(raise_exception=True)
        except ValidationError as error:
            raise from_validation(error.detail, self.codes) from None
        return self.run(caller, serializer.validated_data)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        """Do the action with validated parameters and return the fields of its response."""
        raise NotImplementedError
