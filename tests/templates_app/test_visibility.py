"""What a document shows, and that no document makes finding it slow."""

import pytest

from templates_app.visibility import walk


def shown(source):
    return "".join(source[token.start : token.end] for token, seen in walk(source) if seen and token.kind == "text")


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "visibility:hidden",
        "font-size:0px",
        "opacity:0.0",
        "max-height:0;overflow:hidden",
        "/* x */display:/**/none",
    ],
)
def test_what_its_own_style_hides_is_not_shown(style):
    assert shown(f'a<div style="{style}">b<div>c</div>d</div>e') == "ae"


def test_a_style_that_hides_nothing_shows():
    assert shown('<p style="opacity:0.5;font-size:10px;max-height:0">a</p>') == "a"
    assert shown("<p hidden>a</p>b<template>c</template>") == "b"


def test_what_is_for_all_but_outlook_is_ordinary_content():
    assert shown("<!--[if !mso]><!-->a<!--<![endif]-->") == "a"


@pytest.mark.parametrize("unit", ["<!--", "<a b='", "<a ", "<", "</", "<style>", "<![", "&#9", "<div hidden>", "<b>x"])
def test_work_grows_with_length_alone(unit):
    class Counted(str):
        """Counts the characters that searches of the standard library's C code are let loose on."""

        work = 0

        def find(self, wanted, start, end):
            found = super().find(wanted, start, end)
            self.work += (end if found < 0 else found + len(wanted)) - start
            return found

    def work(size):
        source = Counted(unit * (size // len(unit)))
        return sum(1 for _ in walk(source)) + source.work

    # A quadratic walk would take 64 times the work for 8 times the length.
    assert work(80_000) < 9 * max(work(10_000), 8_000)
