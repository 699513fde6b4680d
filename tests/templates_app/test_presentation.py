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


def places_of(html: str, text: str = "") -> dict[str, tuple[str, list[str]]]:
    """Return by its rule the field of each finding that leads there, and what stands at its places."""
    bodies = {"html": html, "text": text}
    rows = presentation.located(screen(html, text, FORBIDDEN), html, text, read(html, text))
    return {
        row.finding.rule: (
            row.places.field,
            [bodies[row.places.field][slice(*map(int, span.split("-")))] for span in row.places.spans.split(" ")],
        )
        for row in rows
        if row.places
    }


def test_what_does_not_pass_leads_to_its_places_in_the_body():
    html = '<p>Our <b>online casino</b> {{a}} {{b}}</p><a href="{{u}}">y</a><script>x</script><p onclick=x>{{ no }'
    assert places_of(html) == {
        "variables": ("html", ["{{a}}", "{{b}}"]),
        "links": ("html", ['<a href="{{u}}">']),
        "forbidden_phrases": ("html", ["online casino"]),
        "active": ("html", ["<script>", "<p onclick=x>"]),
        "placeholders": ("html", ["{{ no "]),
    }


def test_what_is_only_noted_leads_there_too_and_what_passes_does_not():
    assert places_of('<link rel=stylesheet href="https://a.test/x.css">' + "<p>word " * 40) == {
        "outside_sheets": ("html", ['<link rel=stylesheet href="https://a.test/x.css">'])
    }


def test_a_fault_of_the_text_part_leads_to_the_field_of_the_text():
    assert places_of("", "Hi,\n\nour  online casino and {{no") == {
        "forbidden_phrases": ("text", ["online casino"]),
        "placeholders": ("text", ["{{no"]),
    }
    assert places_of("", "See https://{{host}}/x")["links"] == ("text", ["https://{{host}}"])
