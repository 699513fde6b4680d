"""Templates that are in use elsewhere: each refusal is one of our written rules, and what people read is counted."""

from pathlib import Path

import pytest

from templates_app.screening import read, screen
from templates_app.text_part import as_written, plain_text

CORPUS = Path(__file__).parents[1] / "corpus"
FOUNDATION = sorted((Path(__file__).parents[2] / "node_modules/foundation-emails/templates").glob("*.html"))
# What docs/decisions/0025-what-hides-text.md says of each: a link that is a variable as a whole has no fixed domain
# (0005), section tags are not filled, and of a mail of variables there must be five times as much text (0005).
LINKS = ("links", {"starts_with_variable"})
SECTIONS = ("placeholders", {"section_tag"})
VARIABLES: tuple[str, set[str]] = ("variables", set())
REFUSALS = {
    "comment-notification": [VARIABLES, LINKS, SECTIONS],
    "dunning": [LINKS],
    "invoice": [VARIABLES, LINKS, SECTIONS],
    "password-reset": [LINKS],
    "receipt": [LINKS, SECTIONS],
    "welcome": [LINKS],
}
POSTMARK = sorted((CORPUS / "postmark").glob("*.html"))
PREHEADER = '<span class="preheader"'
PREHEADERS = [path for path in POSTMARK if PREHEADER in path.read_text()]


@pytest.mark.parametrize("path", POSTMARK, ids=lambda path: path.stem)
def test_each_refusal_of_a_real_template_is_a_written_rule(path):
    findings = screen(path.read_text(), "", [])
    refused = [(finding.rule, {fault.code for fault in finding.faults}) for finding in findings if not finding.passed]
    assert refused == REFUSALS[path.stem.removeprefix("basic-full-").removeprefix("plain-")]
    # Their web font is a note for the reviewer.
    (note,) = (finding for finding in findings if finding.noted)
    assert note.rule == "outside_sheets"
    assert note.faults[0].text.startswith("https://fonts.googleapis.com/")


@pytest.mark.parametrize("path", PREHEADERS, ids=lambda path: path.stem)
def test_the_line_for_the_list_of_mails_is_in_no_text(path):
    html = path.read_text()
    before, _, rest = html.partition(PREHEADER)
    without = before + rest.partition("</span>")[2]
    # Their places differ by what was taken out.
    assert [part.text for part in read(html, "")] == [part.text for part in read(without, "")]
    assert plain_text(html) == plain_text(without)


def test_with_links_and_sections_written_out_a_real_template_passes():
    html = (CORPUS / "postmark" / "basic-full-receipt.html").read_text()
    html = (
        html.replace('"{{', '"https://shop.test/{{').replace("{{#each receipt_details}}", "").replace("{{/each}}", "")
    )
    assert [finding.rule for finding in screen(html, "", []) if not finding.passed] == []


def test_what_mjml_makes_passes_with_its_text():
    html = (CORPUS / "mjml" / "order.html").read_text()
    assert [finding.rule for finding in screen(html, "", []) if not finding.passed] == []
    text = read(html, "")[0].text
    for words in ("Hello {{name}}", "See your order", "Item Price Lamp 20.00", "Right of a group", "Over the hero"):
        assert words in text
        assert words.split()[0] in as_written(plain_text(html))
    assert "only the list of mails shows" not in text
    assert "Only for phones" not in text


@pytest.mark.parametrize("path", FOUNDATION, ids=lambda path: path.stem)
def test_of_real_templates_without_hidden_text_every_word_is_counted(path):
    html = path.read_text()
    text = read(html, "")[0].text
    assert text
    assert [word for word in ("Lorem", "Twitter", "Click") if (word in html) != (word in text)] == []
