"""What the keyboard does, and that it can be told to do nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_keys_lead_through_the_console_until_they_are_switched_off(people: Callable[..., Person]) -> None:
    operator = people("operator")
    page = operator.page
    press = page.keyboard.press
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")

    press("g")
    press("d")
    expect(page).to_have_url(re.compile("/domains/$"))
    press("/")
    expect(page.get_by_label("Domain contains")).to_be_focused()
    page.keyboard.type("g?")
    expect(page.get_by_label("Domain contains")).to_have_value("g?")
    operator.go("/sending/status/")
    press("?")
    expect(sheet).to_be_visible()
    operator.look("keys")
    sheet.get_by_label("Enable single-key shortcuts").uncheck()
    press("Escape")
    expect(sheet).to_be_hidden()
    press("?")
    press("g")
    press("d")
    expect(sheet).to_be_hidden()
    expect(page).to_have_url(re.compile("/sending/status/$"))


def test_a_row_is_opened_by_the_keyboard_alone(people: Callable[..., Person]) -> None:
    operator = people("operator")
    operator.go("/sending/status/?range=90d")
    link = operator.page.locator("a.row-link").first
    link.focus()
    operator.page.keyboard.press("Enter")
    expect(operator.page).to_have_url(re.compile(r"/sending/status/\d+/$"))
