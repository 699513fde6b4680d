"""What pages show of a screening."""

from templates_app import presentation
from templates_app.phrase_matching import Phrase
from templates_app.screening import VisibleText, read, screen

FORBIDDEN = [Phrase("Gambling", "online casino")]


def test_every_rule_has_a_heading():
    assert all(row.heading != row.finding.rule for row in presentation.rows(screen("x", "y", FORBIDDEN)))


def test_variables_and_faults_are_marked_and_the_text_is_whole():
    html = "<p>Hi {{name}}, our online casino</p>"
    (part,) = read(html, "")
    marks = presentation.marked(part, screen(html, "", FORBIDDEN))
    assert [(mark.text, mark.kind) for mark in marks] == [
        ("Hi ", ""),
        ("{{name}}", "variable"),
        (", our ", ""),
        ("online casino", "fault"),
    ]


def test_faults_of_the_source_are_marked_there():
    html = '<p>x</p><a href="{{u}}" onclick=x>y</a>'
    marks = presentation.marked_source(html, screen(html, "", FORBIDDEN))
    assert [mark.text for mark in marks if mark.kind] == ['<a href="{{u}}" onclick=x>']
    assert "".join(mark.text for mark in marks) == html


def test_a_long_text_is_cut_on_the_page():
    marks = presentation.marked(VisibleText("html", "x" * 50_000, ()), [])
    assert sum(len(mark.text) for mark in marks) == presentation.MAX_SHOWN + 2


def test_the_bar_shows_how_far_a_number_is():
    shares = {row.finding.rule: row.share for row in presentation.rows(screen("x" * 80, "", FORBIDDEN))}
    assert (shares["length"], shares["images"], shares["forbidden_phrases"]) == (50, 0, None)
