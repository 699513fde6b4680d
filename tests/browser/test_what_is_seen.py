"""Text that a browser shows is text that counts: what hides text, held against a browser's own computed styles."""

import html
import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from templates_app.visibility import walk

pytestmark = pytest.mark.browser

# Formatting is never ended across blocks here: the standard then moves text that was already read.
ELEMENTS = [
    "p",
    "div",
    "span",
    "b",
    "i",
    "font",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "details",
    "summary",
    "section",
    "blockquote",
    "button",
    "em",
    "center",
    "ol",
    "ruby",
    "rt",
    "rp",
    "label",
    "u",
    "address",
    "code",
    "dialog",
    "x-y",
]
IN_TABLES = ["td", "th", "tr", "tbody", "thead", "caption", "table"]
ENDED = [
    "p",
    "div",
    "span",
    "ul",
    "li",
    "dl",
    "dd",
    "h1",
    "h2",
    "details",
    "summary",
    "section",
    "blockquote",
    "button",
    "ol",
    "ruby",
    "label",
    "td",
    "tr",
    "address",
]
STYLES = [
    "display:none",
    "visibility:hidden",
    "visibility:visible",
    "visibility:hidden!important;visibility:visible",
    "visibility:inherit",
    "font-size:0",
    "font-size:1em",
    "font:0/0 a",
    "font:12px a",
    "font:bold 0 a",
    "font:0",
    "font-size:smaller",
    "font-size:initial",
    "font-size:medium;font-size:zz",
    "font-size:calc(1px*10)",
    "font-size:max(0px,0em)",
    "color:transparent",
    "color:red",
    "color:inherit",
    "color:currentcolor",
    "color:rgba(0,0,0,0)",
    "color:#0000;color:nocolour",
    "color:hsl(10deg 20% 30% / 0%)",
    "opacity:0",
    "opacity:1",
    "display:block",
    "display:inline",
    "all:initial",
    "d\\69splay:none",
    "content-visibility:hidden;display:block",
]
SHEETS = [
    "",
    ".k{display:none}",
    ".k{font-size:0}.k .m{font-size:10px}",
    "p{color:transparent}#z{color:red!important}",
    "div>p.k{visibility:hidden}td .m{visibility:visible}",
    "@media print{p{display:none}}.m.k{opacity:0}",
    "tr{visibility:hidden}[class~=m]{visibility:visible}",
]
ROOT = Path(__file__).parents[2]
REAL = [
    *sorted((ROOT / "tests/corpus").glob("*/*.html")),
    *sorted((ROOT / "node_modules/foundation-emails/templates").glob("*.html")),
]
SEEN = """documents => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    return documents.map(text => {
        const inner = frame.contentDocument;
        inner.open(); inner.write("<!doctype html>" + text); inner.close();
        const walker = inner.createTreeWalker(inner.documentElement, NodeFilter.SHOW_TEXT);
        const seen = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const parent = node.parentElement;
            const style = frame.contentWindow.getComputedStyle(parent);
            if (parent.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })
                && style.contentVisibility !== "hidden"
                && !(parent.localName === "details" && !parent.open)
                && parseFloat(style.fontSize) >= 2
                && !/^rgba.*, 0\\)$/.test(style.color)) seen.push(...(node.data.match(/\\S+/g) || []));
        }
        return seen.sort();
    });
}"""


def documents(seed: int, count: int) -> list[str]:
    """Return documents of elements in any order, every text in them with a name of its own."""
    chance = random.Random(seed)
    return [_document(chance) for _ in range(count)]


def _document(chance: random.Random) -> str:
    pieces = [f"<style>{chance.choice(SHEETS)}</style>"]
    for number in range(chance.randint(3, 14)):
        in_table = any(piece.startswith("<table") for piece in pieces)
        if chance.random() < 0.35:
            pieces.append(f"</{chance.choice(ENDED)}>")
        else:
            name = chance.choice([*ELEMENTS, *(IN_TABLES * 2 if in_table else ["table"])])
            pieces.append(f"<{name}{_attributes(chance, name)}>")
        if chance.random() < 0.7:
            pieces.append(f" t{number}x ")
    return "".join([*pieces, "t99x"])


def _attributes(chance: random.Random, name: str) -> str:
    found = ""
    if chance.random() < 0.45:
        found += f' style="{chance.choice(STYLES)}"'
    if chance.random() < 0.3:
        found += f' class="{chance.choice(["k", "m", "k m"])}"'
    if chance.random() < 0.1:
        found += chance.choice([" hidden", " id=z", " popover"])
    if name in ("details", "dialog") and chance.random() < 0.5:
        found += " open"
    if name == "font":
        found += chance.choice(["", " size=1", " color=red", ' size="+1"'])
    return found


def counted(source: str) -> list[str]:
    """Return the words of a document that count, sorted: text of a table in no cell is moved before it."""
    text = " ".join(source[token.start : token.end] for token, shown in walk(source) if shown and token.kind == "text")
    return sorted(html.unescape(text).split())


def test_a_browser_sees_the_text_that_counts(chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto("about:blank")
    written = documents(1, 600)
    for source, seen in zip(written, page.evaluate(SEEN, written), strict=True):
        assert counted(source) == seen, source
    page.close()


def test_a_browser_sees_every_counted_word_of_real_templates(chromium: Browser) -> None:
    page = chromium.new_page()
    page.route("**/*", lambda route: route.abort())
    # As wide as a window is: rules for narrow ones are not followed.
    page.set_content("<style>iframe { width: 900px; height: 600px }</style>")
    written = [path.read_text() for path in REAL]
    for path, source, seen in zip(REAL, written, page.evaluate(SEEN, written), strict=True):
        assert counted(source) == seen, path.name
    page.close()
