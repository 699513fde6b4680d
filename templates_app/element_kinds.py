"""The kinds of elements that tree construction tells apart (HTML, 13.2.4.2, 13.2.4.3 and 13.2.6.4). Pure."""

from __future__ import annotations

# Elements without an end tag (13.1.2).
VOID = frozenset({
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input", "keygen",
    "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SECTIONS, ROWS, CELLS = frozenset({"tbody", "tfoot", "thead"}), frozenset({"tr"}), frozenset({"td", "th"})
TABLE_ONLY = SECTIONS | ROWS | {"table"}
TABLE_PARTS = SECTIONS | ROWS | CELLS | {"caption", "col", "colgroup"}
# 13.2.6.4.7: these start tags end a paragraph, and their end tags end all that is still open in them.
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "listing", "main", "menu", "nav", "ol", "pre",
    "search", "section", "summary", "ul",
})  # fmt: skip
ENDS_PARAGRAPH = BLOCKS | HEADINGS | {"p", "li", "dd", "dt", "hr", "plaintext", "table", "xmp"}
# 13.2.4.3: formatting elements.
FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
# 13.2.4.2: what an end tag does not reach through.
SCOPE = frozenset({"applet", "caption", "html", "table", "td", "th", "marquee", "object", "select", "template"})
MARKERS = frozenset({"applet", "caption", "marquee", "object", "td", "template", "th"})
SPECIAL = (
    BLOCKS | HEADINGS | TABLE_PARTS | SCOPE
    | {"body", "button", "dd", "dt", "frameset", "iframe", "li", "noembed", "noframes", "noscript", "p"}
    | {"plaintext", "script", "style", "textarea", "title", "xmp"}
)  # fmt: skip
# 13.2.6.4.4: they stand wherever they are written, in a table too.
OF_HEAD = frozenset({
    "base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "template", "title",
})  # fmt: skip
# Groups of names; the stack knows the places of their members.
GROUPS: dict[str, frozenset[str]] = {
    "scope": SCOPE,
    "button scope": SCOPE | {"button"},
    "list scope": SCOPE | {"ol", "ul"},
    "table scope": frozenset({"html", "table", "template"}),
    "item": SPECIAL - {"address", "div", "p"},
    "special": SPECIAL,
    "heading": HEADINGS,
    "cell": CELLS | {"caption"},
}
RUBY = frozenset({"rb", "rp", "rt", "rtc"})
# 13.2.6.3: elements that end with the one that they are in.
IMPLIED = RUBY | {"dd", "dt", "li", "optgroup", "option", "p"}
# Their start tags do not go on with formatting that an enclosing block ended.
WITHOUT_FORMATTING = ENDS_PARAGRAPH | TABLE_PARTS | OF_HEAD | RUBY | {"iframe", "noembed", "textarea"}

GROUPS_OF = {
    name: tuple(group for group, names in GROUPS.items() if name in names)
    for name in frozenset().union(*GROUPS.values())
}
# What an end tag does not reach through; of those not named it is any special element, or the scope for such itself.
BARRIERS = {
    "li": "list scope",
    "p": "button scope",
    "template": "template",
    **dict.fromkeys((*TABLE_PARTS, "table"), "table scope"),
}
# Elements that a start tag ends when they are the innermost.
ENDED_BY = {
    "option": frozenset({"option"}),
    "optgroup": frozenset({"optgroup", "option"}),
    **dict.fromkeys(HEADINGS, HEADINGS),
}
# The start tags that end anything.
ENDS_OTHERS = ENDS_PARAGRAPH | TABLE_PARTS | RUBY | ENDED_BY.keys() | {"a", "button", "nobr"}
# Parts of a table that are there without being written, by a part and what it is in.
BETWEEN = {
    ("col", "table"): ("colgroup",),
    ("tr", "table"): ("tbody",),
    **{(cell, "table"): ("tbody", "tr") for cell in CELLS},
    **{(cell, section): ("tr",) for cell in CELLS for section in SECTIONS},
}
STANDS_IN = {
    "td": ("tr", "tbody", "tfoot", "thead"),
    "th": ("tr", "tbody", "tfoot", "thead"),
    "tr": ("tbody", "tfoot", "thead"),
    "col": ("colgroup",),
}
