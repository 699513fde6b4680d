"""What is typed into a long form outlives the end of the session, a closed tab, and another save."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BODY = "Dear reader, this text took an hour to write and must not be lost. " * 4


def log_in_again(person: Person, email: str, password: str) -> None:
    """Log in in another tab of the same browser."""
    tab = person.page.context.new_page()
    tab.goto(person.url + "/login/")
    tab.locator("[name=email]").fill(email)
    tab.locator("[name=password]").fill(password)
    tab.locator("main form.card button").click()
    tab.wait_for_url(lambda url: "/login/" not in url)
    tab.close()


def forget_the_session(person: Person) -> None:
    person.page.context.clear_cookies()


def test_a_session_that_ends_leaves_the_editor_as_it_is(people: Callable[..., Person]) -> None:
    operator = people("operator")
    page = operator.page
    operator.go("/templates/create/")
    page.get_by_label("Template name").fill("Kept through a log-in")
    forget_the_session(operator)
    page.get_by_label("HTML body").fill(BODY)
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    expect(page.get_by_label("HTML body")).to_have_value(BODY)
    operator.look("logged-out")
    assert all("401" in line for line in operator.trouble)
    operator.trouble.clear()

    log_in_again(operator, **operator.users["operator"])
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("You are logged out.")).to_be_hidden()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="Kept through a log-in")).to_be_visible()


def test_what_was_sent_after_the_session_ended_is_offered_after_the_log_in(people: Callable[..., Person]) -> None:
    operator = people("operator")
    page = operator.page
    operator.go("/templates/create/")
    page.get_by_label("Template name").fill("Sent too late")
    page.get_by_label("HTML body").fill(BODY)
    forget_the_session(operator)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Open the form again").click()
    page.locator("[name=email]").fill(operator.users["operator"]["email"])
    page.locator("[name=password]").fill(operator.users["operator"]["password"])
    page.locator("main form.card button").click()
    expect(page.get_by_text("What you typed here and did not save")).to_be_visible()
    operator.look("draft-offered")
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_label("Template name")).to_have_value("Sent too late")
    expect(page.get_by_label("HTML body")).to_have_value(BODY)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    operator.go("/templates/create/")
    expect(page.get_by_text("What you typed here and did not save")).to_be_hidden()
    operator.trouble.clear()


def test_the_letters_typed_while_a_field_comes_are_kept(people: Callable[..., Person]) -> None:
    operator = people("operator")
    page = operator.page
    operator.go("/sending/")
    page.get_by_label("Template", exact=True).select_option(index=1)
    first = page.locator("#variables input[type=text]").first
    expect(first).to_be_visible()
    # Half a second of latency.
    page.route("**/sending/", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.get_by_label("Subject").fill("For {{new_word}}")
    first.click()
    first.press_sequentially("Annabel", delay=60)
    expect(page.get_by_label("new_word")).to_be_visible()
    expect(first).to_have_value("Annabel")
    expect(first).to_be_focused()
