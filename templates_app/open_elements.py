"""Which elements are open at each place of a document (HTML, 13.2.4.2 and 13.2.6). Pure.

The stack of open elements, kept as the standard's tree construction keeps it: end tags that may be left out
(13.1.2.4), end tags in the wrong order, formatting that goes on in the next paragraph, and what stands in a table but
in none of its cells. Two things differ, as the parts of a mail are shown inside a page of the mail program: a document
is read without regard to its doctype, and a table's part outside any table is an element like others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from templates_app.computed_style import ComputedStyle
from templates_app.element_kinds import (
    BARRIERS,
    BETWEEN,
    CELLS,
    ENDED_BY,
    ENDS_OTHERS,
    ENDS_PARAGRAPH,
    FORMATTING,
    GROUPS_OF,
    HEADINGS,
    IMPLIED,
    MARKERS,
    OF_HEAD,
    ROWS,
    RUBY,
    SPECIAL,
    STANDS_IN,
    TABLE_ONLY,
    TABLE_PARTS,
    VOID,
    WITHOUT_FORMATTING,
)
from templates_app.markup import Token

# The standard repairs the wrong order of formatting by loops; no document may make them long.
_MAX_REPAIRS, _MAX_FORMATTING = 20_000, 64
_NO_ATTRIBUTES: Mapping[str, str] = {}
_NO_CLASSES: frozenset[str] = frozenset()


class Element:
    """An open element: its start tag, its place on the stack, its style, and that which its content begins with."""

    def __init__(self, token: Token, place: int, parent: Element | None) -> None:
        self.token, self.name, self.place, self.parent = token, token.name, place, parent
        self.is_open = True
        # Its groups of names, and whether formatting that begins in it ends with it.
        self.groups: Sequence[str] = ()
        self.holds_formatting = False
        self.style = self.content = ComputedStyle()
        # Of a <details>: what is shown of it while it is closed.
        self.summary: Element | None = None
        # Most elements have none, and are many: those of others are read when they are asked for.
        self._attributes = None if token.attributes else _NO_ATTRIBUTES
        self._classes = None if token.attributes else _NO_CLASSES

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes that count, with their values."""
        if self._attributes is None:
            self._attributes = {attribute.name: attribute.value for attribute in reversed(self.token.attributes)}
        return self._attributes

    @property
    def classes(self) -> frozenset[str]:
        """The names of its classes."""
        if self._classes is None:
            self._classes = frozenset(self.attributes.get("class", "").split())
        return self._classes


class OpenElements:
    """The stack of open elements: at first those that are there unwritten, by `roots`, their start tags.

    `styled` gives an element's two styles.
    """

    def __init__(
        self,
        roots: Sequence[Token],
        styled: Callable[[Element], tuple[ComputedStyle, ComputedStyle]],
    ) -> None:
        self._styled = styled
        self._stack: list[Element] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        # One list for each place that formatting does not leave (13.2.4.3: the markers).
        self._formatting: list[list[Element]] = [[]]
        self._repairs = 0
        for root in roots:
            self._open(root)

    def start(self, token: Token) -> tuple[Element, list[Element]]:
        """Open the element that a tag starts; return it, and the elements that ended before it."""
        ended = self._end_before(token.name)
        if token.name not in WITHOUT_FORMATTING:
            self._reconstruct()
        is_idle = token.name == "form" and (self._last("form") >= 0 or self._stack[-1].name in TABLE_ONLY)
        element = self._open(token)
        if token.name in VOID or is_idle:
            self._pop()
        elif token.name in FORMATTING:
            self._remember(element)
        elif element.holds_formatting:
            self._formatting.append([])
        return element, ended

    def end(self, name: str) -> list[Element]:
        """Close what an end tag ends, and return it, the innermost element first."""
        if name in FORMATTING:
            return self._end_formatting(name)
        at = self._last("heading" if name in HEADINGS else name)
        if name in ("body", "html") or at < 0:
            return []
        if name == "form" and self._stack[-1].name not in ("form", "p", "li", "dd", "dt"):
            # What is open in a form stays in it, whether or not the form has ended.
            return []
        barrier = BARRIERS.get(name, "scope" if name in SPECIAL else "special")
        # An element is no barrier for its own end tag.
        return self._pop_to(at) if at >= self._last(barrier) else []

    def text(self, *, blank: bool) -> ComputedStyle:
        """Return the style of text at this place."""
        if blank:
            return self._stack[-1].content
        self._reconstruct()
        return self._parent("").content

    def _end_before(self, name: str) -> list[Element]:
        """Close what the start tag `name` ends by itself (13.2.6.4.7)."""
        if name not in ENDS_OTHERS:
            return []
        if name in TABLE_PARTS:
            return self._end_table_parts(name)
        ended: list[Element] = []
        if name == "table" and self._last("table") > max(self._last("cell"), self._last("template")):
            # A table right in a table, in none of its cells.
            ended += self._pop_to(self._last("table"))
        items = (name,) if name == "li" else ("dd", "dt") if name in ("dd", "dt") else ()
        item = max((self._last(kind) for kind in items), default=-1)
        if item >= 0 and item >= self._last("item"):
            ended += self._pop_to(item)
        if name in ENDS_PARAGRAPH and self._last("p") > self._last("button scope"):
            ended += self._pop_to(self._last("p"))
        while self._stack[-1].name in ENDED_BY.get(name, ()):
            ended.append(self._pop())
            if name in HEADINGS:
                break
        if name == "button" and self._last("button") > self._last("scope"):
            ended += self._pop_to(self._last("button"))
        if name in RUBY and self._last("ruby") > self._last("scope"):
            kept = "rtc" if name in ("rp", "rt") else ""
            while self._stack[-1].name in IMPLIED and self._stack[-1].name != kept:
                ended.append(self._pop())
        is_again = name == "nobr" and self._last("nobr") > self._last("scope")
        if is_again or name == "a" and any(element.name == "a" for element in self._formatting[-1]):
            ended += self._end_formatting(name)
        return ended

    def _end_table_parts(self, name: str) -> list[Element]:
        """Close what a part of a table ends: all that is open in the nearest element in which it may stand."""
        table = max(self._last("table"), self._last("template"))
        place = max((self._last(part) for part in STANDS_IN.get(name, ())), default=-1)
        if max(place, table) >= 0:
            ended = self._pop_to(max(place, table) + 1)
            for between in BETWEEN.get((name, self._stack[-1].name), ()):
                self._open(Token("start", 0, 0, between))
            return ended
        # Outside any table: it ends the part of its own kind before it.
        inner = CELLS if name in CELLS else CELLS | ROWS if name in ROWS else TABLE_PARTS
        open_parts = [at for part in inner if (at := self._last(part)) >= 0]
        return self._pop_to(min(open_parts)) if open_parts else []

    def _end_formatting(self, name: str) -> list[Element]:
        """Close a formatting element; blocks that it began before, and that are still open, go on without it.

        13.2.6.4.7: the adoption agency algorithm, as far as the stack shows its result.
        """
        formatting = self._formatting[-1]
        element = next((element for element in reversed(formatting) if element.name == name), None)
        if element is None:
            at = self._last(name)
            return self._pop_to(at) if at > self._last("special") else []
        if not element.is_open:
            formatting.remove(element)
            return []
        if element.place < self._last("scope"):
            return []
        formatting.remove(element)
        if element.place > self._last("special"):
            return self._pop_to(element.place)
        self._repairs += len(self._stack) - element.place
        if self._repairs > _MAX_REPAIRS:
            return []
        # What is no block leaves the stack, but for formatting between blocks; what formatting is left begins anew.
        ended = self._pop_to(self._last("special") + 1)
        for inner in self._stack[element.place :]:
            if inner.name and inner not in formatting and "special" not in inner.groups:
                self._forget(inner)
        for inner in self._stack[element.place :]:
            self._style(inner)
        return [*ended, element]

    def _reconstruct(self) -> None:
        """Open again the formatting that an enclosing block ended and that has no end tag yet (13.2.4.3)."""
        formatting = self._formatting[-1]
        at = len(formatting)
        while at and not formatting[at - 1].is_open:
            at -= 1
        self._repairs += len(formatting) - at
        if self._repairs <= _MAX_REPAIRS:
            formatting[at:] = [self._open(element.token) for element in formatting[at:]]

    def _remember(self, element: Element) -> None:
        """Note a formatting element; of more than three alike the first is forgotten (the Noah's Ark clause)."""
        formatting = self._formatting[-1]
        alike = [each for each in formatting if each.name == element.name and each.attributes == element.attributes]
        if len(alike) == 3:
            formatting.remove(alike[0])
        elif len(formatting) == _MAX_FORMATTING:
            del formatting[0]
        formatting.append(element)

    def _parent(self, name: str) -> Element:
        """Return where an element stands, or text: before the table for what is in none of its cells (13.2.6.1)."""
        table = self._last("table")
        is_fostered = self._stack[-1].name in TABLE_ONLY and name not in TABLE_PARTS | OF_HEAD
        return self._stack[table - 1 if is_fostered and table > self._last("template") else -1]

    def _open(self, token: Token) -> Element:
        element = Element(token, len(self._stack), self._parent(token.name) if self._stack else None)
        element.style, element.content = self._styled(element)
        self._stack.append(element)
        if token.name not in TABLE_PARTS or self._last("table") > self._last("template"):
            element.groups, element.holds_formatting = GROUPS_OF.get(token.name, ()), token.name in MARKERS
        for group in (token.name, *element.groups):
            self._places[group].append(element.place)
        return element

    def _pop(self) -> Element:
        element = self._stack.pop()
        element.is_open = False
        for group in (element.name, *element.groups):
            self._places[group].pop()
        if element.holds_formatting:
            self._formatting.pop()
        while not self._stack[-1].name:
            self._stack.pop()
        return element

    def _pop_to(self, place: int) -> list[Element]:
        ended = []
        while len(self._stack) > place:
            ended.append(self._pop())
        return ended

    def _forget(self, element: Element) -> None:
        """Take an element's name off it: it stays on the stack, as nothing, until what is in it has ended."""
        self._places[element.name].remove(element.place)
        element.is_open = False
        element.name = ""

    def _style(self, element: Element) -> None:
        while element.parent and not element.parent.name:
            element.parent = element.parent.parent
        if element.name:
            element.style, element.content = self._styled(element)

    def _last(self, name: str) -> int:
        places = self._places.get(name)
        return places[-1] if places else -1
