"""Capacity that mails take and give back: of a site in mails, of the process in rendered bytes."""

from __future__ import annotations

from types import TracebackType


class Capacity:
    """How much room is in use. Nothing is refused here: who takes looks at `used` before."""

    def __init__(self) -> None:
        self.used = 0

    def take(self, amount: int = 1) -> Place:
        """Take some of it; the place gives it back."""
        return Place(self, amount)


class Place:
    """Room that was taken; it is given back once, by `release` or at the end of a `with`, however often both come."""

    __slots__ = ("_amount", "_capacity")

    def __init__(self, capacity: Capacity, amount: int) -> None:
        self._capacity = capacity
        self._amount = amount
        capacity.used += amount

    def release(self) -> None:
        """Give the room back; a second time does nothing."""
        self._capacity.used -= self._amount
        self._amount = 0

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
