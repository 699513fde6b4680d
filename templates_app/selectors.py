"""Which elements a style rule is for (Selectors 4): types, classes, identifiers, attributes, and who is in whom. Pure.

Rules that ask for more (states, siblings, positions) are not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from templates_app.css_syntax import StyleToken

_OPERATORS = frozenset({"", "=", "~=", "^=", "$=", "*=", "|="})


class Subject(Protocol):
    """What selectors look at in an element."""

    @property
    def name(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...
    @property
    def classes(self) -> frozenset[str]: ...
    @property
    def parent(self) -> Subject | None: ...


class Compound(NamedTuple):
    """What is asked of one element; `child`: the next compound is about its child, not about any descendant."""

    name: str
    identifiers: tuple[str, ...]
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]
    child: bool = False

    def matches(self, subject: Subject) -> bool:
        """Say whether the element is as asked."""
        return (
            self.name in ("", subject.name)
            and all(subject.attributes.get("id") == identifier for identifier in self.identifiers)
            and subject.classes.issuperset(self.classes)
            and all(_has(subject.attributes, *asked) for asked in self.attributes)
        )


class Selector(NamedTuple):
    """A chain of compounds from the outermost to the element itself."""

    compounds: tuple[Compound, ...]

    @property
    def specificity(self) -> tuple[int, int, int]:
        """Return how specific it is (Selectors 4, 17)."""
        return (
            sum(len(compound.identifiers) for compound in self.compounds),
            sum(len(compound.classes) + len(compound.attributes) for compound in self.compounds),
            sum(compound.name != "" for compound in self.compounds),
        )

    @property
    def key(self) -> str:
        """Return what any element that matches has: "#identifier", ".class", its name, or "" for nothing."""
        last = self.compounds[-1]
        if last.identifiers:
            return f"#{last.identifiers[0]}"
        return f".{last.classes[0]}" if last.classes else last.name

    def matches(self, subject: Subject) -> bool:
        """Say whether the element matches, where it stands."""
        if not self.compounds[-1].matches(subject):
            return False
        outer, place = len(self.compounds) - 2, subject.parent
        # Where to go on looking when the parent of what was found is not as asked.
        retry: tuple[int, Subject | None] | None = None
        while outer >= 0:
            compound = self.compounds[outer]
            if not compound.child:
                while place and not compound.matches(place):
                    place = place.parent
                retry = outer, place.parent if place else None
            if not place:
                return False
            if compound.matches(place):
                outer, place = outer - 1, place.parent
            elif retry:
                outer, place = retry
            else:
                return False
        return True


def parse(prelude: Sequence[StyleToken]) -> list[Selector]:
    """Return the selectors of a rule; none if one of them is not understood, as then the rule counts for none."""
    chains: list[list[StyleToken]] = [[]]
    for token in prelude:
        if token.kind == "mark" and token.text == ",":
            chains.append([])
        else:
            chains[-1].append(token)
    selectors = [_chain(chain) for chain in chains]
    return [selector for selector in selectors if selector]


def _chain(found: Sequence[StyleToken]) -> Selector | None:
    """Return one selector; a blank or ">" parts its compounds."""
    compounds: list[Compound] = []
    part: list[StyleToken] = []
    in_brackets = False
    for token in [*found, StyleToken("space", " ", 0, 0)]:
        mark = token.text if token.kind == "mark" else ""
        in_brackets = mark == "[" or in_brackets and mark != "]"
        is_child = mark == ">"
        if token.kind != "space" and not is_child:
            part.append(token)
        if in_brackets or token.kind != "space" and not is_child:
            continue
        if part:
            compound = _compound(part)
            if compound is None:
                return None
            compounds.append(compound)
            part = []
        if is_child:
            if not compounds or compounds[-1].child:
                return None
            compounds[-1] = compounds[-1]._replace(child=True)
    return Selector(tuple(compounds)) if compounds and not compounds[-1].child else None


def _compound(part: Sequence[StyleToken]) -> Compound | None:
    name = ""
    identifiers: list[str] = []
    classes: list[str] = []
    attributes: list[tuple[str, str, str]] = []
    at = 0
    while at < len(part):
        token = part[at]
        following = part[at + 1] if at + 1 < len(part) else None
        if at == 0 and token.kind == "word":
            name = token.text.lower()
        elif at == 0 and token.text == "*":
            pass
        elif token.text in (".", "#") and token.kind == "mark" and following and following.kind == "word":
            (classes if token.text == "." else identifiers).append(following.text)
            at += 1
        elif token.text == "[" and token.kind == "mark":
            end = next((place for place in range(at, len(part)) if part[place].text == "]"), None)
            asked = _attribute(part[at + 1 : end]) if end else None
            if asked is None or end is None:
                return None
            attributes.append(asked)
            at = end
        else:
            return None
        at += 1
    return Compound(name, tuple(identifiers), tuple(classes), tuple(attributes))


def _attribute(part: Sequence[StyleToken]) -> tuple[str, str, str] | None:
    if not part or part[0].kind != "word":
        return None
    marks = "".join(token.text for token in part[1:] if token.kind == "mark")
    values = [token.text for token in part[1:] if token.kind in ("word", "string")]
    if marks not in _OPERATORS or len(values) != bool(marks):
        return None
    return part[0].text.lower(), marks, values[0] if values else ""


def _has(attributes: Mapping[str, str], name: str, operator: str, value: str) -> bool:
    own = attributes.get(name)
    if own is None or not operator:
        return own is not None
    if operator == "=":
        return own == value
    if not value:
        return False
    return {
        "~=": value in own.split(),
        "^=": own.startswith(value),
        "$=": own.endswith(value),
        "*=": value in own,
        "|=": own == value or own.startswith(f"{value}-"),
    }[operator]
