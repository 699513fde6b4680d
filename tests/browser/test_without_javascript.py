"""The way to a first mail in a browser that runs no script: every step is a link or a form."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_walk import LETTER, open_row
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DOMAIN = "plain.walk.test"
SENDER = f"hello@{DOMAIN}"
TEMPLATE_NAME = "Letter without scripts"


def test_everything_up_to_the_first_mail_works_without_javascript(people: Callable[..., Person]) -> None:
    operator, reviewer = people("operator", javascript=False), people("reviewer", javascript=False)
    verify_a_domain(operator)
    make_an_address(operator)
    submit_a_template(operator)
    approve_it(reviewer)
    send_a_mail(operator)
    narrow_a_list(operator)


def verify_a_domain(operator: Person) -> None:
    page = operator.page
    operator.go("/domains/")
    page.get_by_role("link", name="Create sender domain").click()
    page.get_by_label("Domain", exact=True).fill(DOMAIN)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Publish in the simulator").click()
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("4 of 4 pass")).to_be_visible()


def make_an_address(operator: Person) -> None:
    page = operator.page
    page.get_by_role("link", name="Add sender address").click()
    expect(page.get_by_label("Sender domain").locator("option:checked")).to_have_text(DOMAIN)
    page.get_by_label("Email prefix").fill("hello")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("cell", name=SENDER, exact=True)).to_be_visible()


def submit_a_template(operator: Person) -> None:
    page = operator.page
    operator.go("/templates/")
    page.get_by_role("link", name="Create template").click()
    page.get_by_label("Template name").fill(TEMPLATE_NAME)
    page.get_by_label("HTML body").fill("<form><p>Too much, {{name}}</p></form>")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    operator.was_refused_once()
    expect(page.get_by_label("HTML body")).to_have_value("<form><p>Too much, {{name}}</p></form>")
    page.get_by_label("HTML body").fill("<p>Too short, {{name}}</p>")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Rejected by the automatic review")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("HTML body")).to_have_value("<p>Too short, {{name}}</p>")
    page.get_by_label("HTML body").fill(LETTER)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("In review").first).to_be_visible()


def approve_it(reviewer: Person) -> None:
    page = reviewer.page
    reviewer.go("/")
    page.get_by_role("link", name="Open the review queue").click()
    open_row(page, TEMPLATE_NAME)
    expect(page.frame_locator("iframe").first.get_by_role("heading", name="Hello [name]")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("approved").first).to_be_visible()


def send_a_mail(operator: Person) -> None:
    page = operator.page
    operator.go("/templates/")
    page.get_by_role("link", name=TEMPLATE_NAME).click()
    page.get_by_role("link", name="Use in a send").click()
    page.get_by_label("From").select_option(label=SENDER)
    page.get_by_label("To", exact=True).fill("delivered+plain@readers.test")
    page.get_by_label("Subject").fill("For {{name}} of {{town}}")
    page.get_by_role("button", name="Show its fields").click()
    page.get_by_label("name", exact=True).fill("Ann")
    page.get_by_label("town", exact=True).fill("Ulm")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"/sending/status/\d+/$"))

    def is_delivered() -> bool:
        page.goto(page.url)
        return page.get_by_text("The recipient's server accepted the email").count() > 0

    until(is_delivered, "the email to be delivered")
    page.get_by_role("link", name="Open in the mailbox simulator").click()
    open_row(page, "delivered+plain@readers.test")
    expect(page.get_by_role("heading", name="For Ann of Ulm")).to_be_visible()


def narrow_a_list(operator: Person) -> None:
    page = operator.page
    operator.go("/sending/status/")
    page.get_by_role("searchbox", name="Recipient").fill("delivered+plain@readers.test")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("tbody tr").nth(1)).to_be_visible()


def test_the_language_is_switched_without_javascript(people: Callable[..., Person]) -> None:
    admin = people("admin", javascript=False)
    admin.go("/password/")
    admin.page.locator("header summary[title='Language']").click()
    admin.page.locator("header").get_by_role("button", name="简体中文").click()
    expect(admin.page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert admin.page.url.endswith("/password/")
    admin.page.locator("header summary[title='语言']").click()
    admin.page.locator("header").get_by_role("button", name="English").click()
    expect(admin.page.locator("html")).to_have_attribute("lang", "en")
