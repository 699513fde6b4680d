"""What pages show of a screening."""

from templates_app import report
from templates_app.screening import Part, Word, read, screen

WORDS = [Word("Gambling", "online casino")]


def test_every_rule_has_a_heading():
    assert all(row.heading != row.finding.rule for row in report.rows(screen("x", "y", WORDS)))


def test_variables_and_faults_are_marked_and_the_text_is_whole():
    html = "<p>Hi {{name}}, our online casino</p>"
    (part,) = read(html, "")
    marks = report.marked(part, screen(html, "", WORDS))
    assert [(mark.text, mark.kind) for mark in marks] == [
        ("Hi ", ""),
        ("{{name}}", "variable"),
        (", our ", ""),
        ("online casino", "fault"),
    ]


def test_faults_of_the_source_are_marked_there():
    html = '<p>x</p><a href="{{u}}" onclick=x>y</a>'
    marks = report.marked_source(html, screen(html, "", WORDS))
    assert [mark.text for mark in marks if mark.kind] == ['<a href="{{u}}" onclick=x>']
    assert "".join(mark.text for mark in marks) == html


def test_a_long_text_is_cut_on_the_page():
    marks = report.marked(Part("html", "x" * 50_000, ()), [])
    assert sum(len(mark.text) for mark in marks) == report.SHOWN + 2


def test_the_summary_says_the_numbers():
    assert report.summary(screen(f"{'x' * 200}{{{{name}}}}<img src=x>", "", WORDS)) == (
        "200 characters · variables 1:25 · 1 image"
    )


def test_the_bar_shows_how_far_a_number_is():
    shares = {row.finding.rule: row.share for row in report.rows(screen("x" * 80, "", WORDS))}
    assert (shares["length"], shares["images"], shares["words"]) == (50, 0, None)
