"""Many rows of a list at once: with a bar that counts them, and without any script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("javascript", "locale"), [(True, "en-US"), (False, "zh-CN")])
def test_all_of_a_page_is_removed_after_one_question(
    people: Callable[..., Person], javascript: bool, locale: str
) -> None:
    operator = people("operator", javascript=javascript, locale=locale)
    page, name = operator.page, "bulk-js" if javascript else "bulk"
    operator.go("/blocklist/import/")
    page.locator("[name=text]").fill(f"{name}1@example.com\n{name}2@example.com")
    page.locator("main form.card button.btn-primary").click()
    operator.go(f"/blocklist/?kind=custom&address={name}")
    act = page.get_by_role("button", name=operator.text("Remove from the blocklist"))
    if javascript:
        expect(act).to_be_disabled()
        page.get_by_label("All on this page").check()
        operator.look("bulk")
    else:
        for box in page.locator('input[name="row"]').all():
            box.check()
    act.click()
    expect(page.locator("main li")).to_have_text([f"{name}2@example.com", f"{name}1@example.com"])
    operator.look("bulk-question")
    act.click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("2")
    page.get_by_role("link", name=operator.text("Back to the list")).click()
    expect(page.get_by_text(operator.text("No matches"))).to_be_visible()
