"""A template is mended where its findings lead, and decided on where the reviewer stands, also on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LINES = "".join(f"<p>Line {number} of a letter that is long enough to scroll. 😀</p>\n" for number in range(60))
FAULTY = f'{LINES}<a href="{{{{where}}}}">here</a>\n<p>Our <b>online casino</b></p>\n<input name=a>\n<input name=b>'
CHOSEN = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
# The selected line is between the field's edges.
IN_SIGHT = """field => {
  const line = field.value.slice(0, field.selectionStart).split("\\n").length - 1;
  const height = parseFloat(getComputedStyle(field).lineHeight);
  return field.scrollTop <= line * height && (line + 1) * height <= field.scrollTop + field.clientHeight;
}"""


def test_findings_lead_to_their_places_and_a_mended_fault_is_no_longer_red(people: Callable[..., Person]) -> None:
    operator, reviewer = people("operator"), people("reviewer")
    page = operator.page
    operator.go("/templates/create/")
    # In sight before anything is scrolled, and below a body of any length.
    expect(page.get_by_role("button", name="Submit for review")).to_be_in_viewport(ratio=1)
    page.get_by_label("Template name").fill("Letter with faults")
    body = page.get_by_label("HTML body")
    body.fill(FAULTY)
    for name, chosen in (
        ("Show the place (Links)", ['<a href="{{where}}">']),
        ("Show the place (Forbidden phrases)", ["online casino"]),
        ("Show 2 places (Scripts and forms)", ["<input name=a>", "<input name=b>", "<input name=a>"]),
    ):
        for place in chosen:
            page.get_by_role("button", name=name).click()
            expect(body).to_be_focused()
            assert body.evaluate(CHOSEN) == place
            assert body.evaluate(IN_SIGHT)
    expect(page.get_by_role("button", name="Submit for review")).to_be_in_viewport(ratio=1)

    page.get_by_role("button", name="Submit for review").click()
    refusal = page.locator("#id_html_errors")
    expect(refusal).to_contain_text("Not allowed in an email")
    expect(body).to_be_focused()
    operator.was_refused_once()
    body.fill(LINES)
    expect(refusal).to_be_hidden()
    expect(page.locator(".alert-danger, .is-invalid")).to_have_count(0)
    # The answer of the screening: nothing is red any more.
    expect(page.locator(".finding-fault")).to_have_count(0)
    operator.look("editor")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Letter with faults")).to_be_visible()

    phone = reviewer.page
    phone.set_viewport_size({"width": 390, "height": 844})
    reviewer.go("/review/")
    phone.get_by_role("link", name="Letter with faults").click()
    way = phone.get_by_role("link", name="Go to the decision")
    expect(way).to_be_in_viewport(ratio=1)
    approve = phone.get_by_role("button", name="Approve")
    expect(approve).not_to_be_in_viewport()
    way.click()
    expect(approve).to_be_in_viewport(ratio=1)
    expect(way).not_to_be_in_viewport()
    reviewer.look("review-decision")
    approve.click()
    expect(phone.get_by_text("is approved and can be sent")).to_be_visible()
