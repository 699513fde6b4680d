"""What every API action is: an input and an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from accounts.api.errors import from_validation
from accounts.api.fields import Members
from accounts.caller import Caller


class Action:
    """One action of the API. It checks the shape of its input; rights and rules are checked by the acts it calls."""

    # The declared members; none here.
    Input: type[Members] = Members
    # Path of a member ("Attachments.Content") -> the code its bad values have.
    codes: ClassVar[dict[str, str]] = {}

    def answer(self, caller: Caller, members: Mapping[str, Any], *, as_text: bool = False) -> dict[str, Any]:
        """Do the action and return the members of its answer; raise Refused otherwise."""
        given = self.Input(data=members, context={"as_text": as_text})
        try:
            given.is_valid(raise_exception=True)
        except ValidationError as error:
            raise from_validation(error.detail, self.codes) from None
        return self.run(caller, given.validated_data)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        """Do the act with validated members and return the members of its answer."""
        raise NotImplementedError
