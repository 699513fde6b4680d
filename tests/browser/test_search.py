"""The search: in a dialog by Ctrl-K, and as a page of its own for a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_control_k_finds_and_opens_by_the_keyboard_alone(people: Callable[..., Person]) -> None:
    admin = people("admin")
    page, press = admin.page, admin.page.keyboard.press
    dialog = page.get_by_role("dialog", name="Search")

    press("Control+k")
    expect(dialog.get_by_label("Search the account")).to_be_focused()
    expect(dialog).to_contain_text("Emails are found by message ID")
    page.keyboard.type("demo")
    expect(dialog.get_by_role("link", name="mail.demo.test").first).to_be_visible()
    admin.look("search")
    press("ArrowDown")
    expect(dialog.get_by_role("link").first).to_be_focused()
    press("Escape")
    expect(dialog).to_be_hidden()

    page.get_by_role("link", name="Search").first.click()
    page.keyboard.type("audit")
    expect(dialog.locator('[data-search-of="audit"]')).to_be_visible()
    press("Enter")
    expect(page).to_have_url(re.compile("/audit/$"))


def test_the_search_needs_no_script(people: Callable[..., Person]) -> None:
    operator = people("operator", javascript=False, locale="zh-CN")
    page = operator.page
    page.get_by_role("link", name=operator.text("Search")).first.click()
    page.locator("main").get_by_role("searchbox").fill("mail.demo")
    page.locator("main").get_by_role("button", name=operator.text("Search")).click()
    expect(page).to_have_url(re.compile(r"/search/\?q=mail\.demo$"))
    page.locator("main").get_by_role("link", name="mail.demo.test").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mail.demo.test")
