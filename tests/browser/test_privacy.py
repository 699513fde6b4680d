"""A sensitive variable by hand: ticked, sent, masked, asked for again; and a person's data erased."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sending.sensitive import MASK
from tests.browser.conftest import Person, Product
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ORDER = "A-493817"


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_what_was_sent_is_private(people: Callable[..., Person], product: Product, locale: str) -> None:
    # Without scripts nothing is under way when a form is sent.
    operator = people("operator", locale=locale, javascript=False)
    admin = people("admin", locale=locale)
    recipient = f"delivered+{locale[:2].lower()}@privacy.test"
    template = f"/templates/{product.demo['template_id']}/"
    tick(operator, template)
    send(operator, product, recipient)
    see_it_masked(operator)
    send_again(operator)
    erase(admin, operator, recipient)


def tick(operator: Person, template: str) -> None:
    page = operator.page
    operator.go(template)
    page.get_by_role("link", name=operator.text("Sensitive variables")).click()
    page.get_by_label("order", exact=True).check()
    operator.look("template-sensitive")
    page.get_by_role("button", name=operator.text("Save"), exact=True).click()
    expect(page.get_by_text(operator.text("Sensitive"), exact=True).first).to_be_visible()
    operator.look("template-with-sensitive")


def send(operator: Person, product: Product, recipient: str) -> None:
    page = operator.page
    operator.go(f"/sending/?template={product.demo['template_id']}")
    page.locator("[name=to]").fill(recipient)
    for name, value in (("name", "Ada"), ("order", ORDER), ("total", "9 EUR")):
        page.locator(f"[name='value.{name}']").fill(value)
    page.locator("[name=subject]").fill("Order {{order}}")
    with page.expect_navigation(url="**/sending/status/**"):
        page.get_by_role("button", name=operator.text("Send"), exact=True).click()


def see_it_masked(operator: Person) -> None:
    page = operator.page
    expect(page.get_by_text(operator.text("(sensitive, not shown)"))).to_be_visible()
    assert ORDER not in page.content()

    def is_done_with() -> bool:
        page.reload()
        return page.get_by_role("link", name=operator.text("Send again")).count() == 1

    until(is_done_with, "the button")
    expect(page.get_by_role("heading", name=f"Order {MASK}")).to_be_visible()
    assert ORDER not in page.content()
    operator.look("message-masked")


def send_again(operator: Person) -> None:
    page = operator.page
    page.get_by_role("link", name=operator.text("Send again")).click()
    expect(page.locator("[name='value.name']")).to_have_value("Ada")
    expect(page.locator("[name='value.order']")).to_have_value("")
    operator.look("send-again")
    page.locator("[name='value.order']").fill(ORDER)
    with page.expect_navigation(url="**/sending/status/**"):
        page.get_by_role("button", name=operator.text("Send again")).click()
    until(lambda: page.reload() and page.locator("#mail[hx-get]").count() == 0, "the delivery")


def erase(admin: Person, operator: Person, recipient: str) -> None:
    page = admin.page
    page.get_by_role("link", name=admin.text("Erase personal data")).click()
    page.locator("[name=address]").fill(recipient)
    admin.look("erase")
    page.locator("[name=sure]").check()
    page.get_by_role("button", name=admin.text("Erase"), exact=True).click()
    expect(
        page.get_by_text(admin.pattern("Erased. Emails: %(emails)d. Entries of blocklists: %(blocks)d."))
    ).to_be_visible()
    operator.page.reload()
    expect(operator.page.get_by_text("erased:").first).to_be_visible()
    assert recipient not in operator.page.content()
    operator.look("message-erased")
