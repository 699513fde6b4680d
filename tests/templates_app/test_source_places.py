"""Where a piece of the visible text stands in the body as it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.screening import read
from templates_app.source_places import in_source, in_utf16


def found(html: str, words: str, *, text: str = "", number: int = 1) -> str:
    """Return what stands in the body where its visible text has `words` for the `number`th time."""
    (part,) = read(html, text)
    start = -1
    for _ in range(number):
        start = part.text.index(words, start + 1)
    body = html or text
    begin, end = in_source(body, part, (start, start + len(words)))
    return body[begin:end]


@pytest.mark.parametrize(
    ("html", "words", "source"),
    [
        ("<p>Hi, our online casino waits</p>", "online casino", "online casino"),
        ("<p>Hi {{name}}, welcome", "{{name}}", "{{name}}"),
        # What is not written as it is read: the whole piece, or all pieces it goes through.
        ("<p>our online&nbsp;casino waits</p>", "online casino", "our online&nbsp;casino waits"),
        ("<p>our online\n casino waits</p>", "online casino", "our online\n casino waits"),
        ("<p>our <b>on</b>line casino</p>", "online casino", "on</b>line casino"),
        ("<p>Hi {{ name }}</p>", "{{name}}", "Hi {{ name }}"),
        (
            "<style>p{color:red}</style><!-- online casino --><p>\n<b> </b>\n<i>online casino</i>",
            "online casino",
            "online casino",
        ),
    ],
)
def test_words_are_found_as_they_are_written(html: str, words: str, source: str) -> None:
    assert found(html, words) == source


def test_the_same_words_are_told_apart() -> None:
    html = "<p>casino <!-- casino --> casino</p><p>casino, casino</p>"
    (part,) = read(html, "")
    places = [
        in_source(html, part, (start, start + 6))
        for start in range(len(part.text))
        if part.text.startswith("casino", start)
    ]
    assert [html[slice(*place)] for place in places] == ["casino"] * 4
    assert places == sorted(set(places))
    assert html.index("<!-- casino") + 5 not in [start for start, _end in places]


def test_a_plain_text_is_a_body_too() -> None:
    assert found("", "online casino", text="Hi,\n\nour online casino") == "online casino"


PIECES = st.lists(
    st.sampled_from(["<p>", "</p>", "<b>", "</b>", " ", "\n", "a", "bc", "&amp;", "{{x}}", "<!-- a -->", "𝒳", "<br>"]),
    max_size=30,
).map("".join)


@given(PIECES, st.data())
def test_every_piece_of_the_text_has_a_place_that_reads_as_it_does(html: str, data: st.DataObject) -> None:
    for part in read(html, ""):
        if not part.text or part.where == "text":
            continue
        start = data.draw(st.integers(0, len(part.text) - 1))
        end = data.draw(st.integers(start + 1, len(part.text)))
        begin, stop = in_source(html, part, (start, end))
        assert 0 <= begin <= stop <= len(html)
        shown = " ".join(piece.text for piece in read(html[begin:stop], "") if piece.where == "html")
        wanted = part.text[start:end].strip()
        assert wanted.replace(" ", "") in shown.replace(" ", "")


@given(st.text(), st.data())
def test_places_are_counted_as_a_browser_counts(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    ((first, last),) = in_utf16(text, [(start, end)])
    units = text.encode("utf-16-le", "surrogatepass")
    assert units[2 * first : 2 * last].decode("utf-16-le", "surrogatepass") == text[start:end]
