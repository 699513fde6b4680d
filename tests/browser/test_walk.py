"""One mail's whole way, by hand: as operator, reviewer and analyst, in a real browser against the running product."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Person, Product
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TOO_SHORT = "<p>Hello {{name}}, this is far too short.</p>"
LETTER = """<!doctype html><html><head><title>Spring</title></head><body>
<h1>Hello {{name}}</h1>
<p>Spring has come to our garden shop. The first seedlings stand ready, the soil is warm enough from next week on, and
we have put together a small guide on what to plant first and what had better wait until the nights are mild.</p>
<p><a href="https://garden.walk.test/guide?for={{name}}">Read the guide</a></p>
</body></html>"""
READERS = ("delivered", "open", "click", "bounce", "unsubscribe")
HARD_BOUNCE_CSV_FORMULA_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Walk:
    """What one walk makes: nothing of it is another's."""

    domain: str
    template: str
    # Local part of a mailbox of the simulator -> recipient.
    recipients: dict[str, str]

    @property
    def sender(self) -> str:
        return f"hello@{self.domain}"


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_an_email_travels_through_every_page(people: Callable[..., Person], product: Product, locale: str) -> None:
    operator, reviewer, analyst = (people(role, locale=locale) for role in ("operator", "reviewer", "analyst"))
    language = locale[:2]
    walk = Walk(
        domain=f"news.{language}.walk.test",
        template=f"Spring letter {language}",
        recipients={mailbox: f"{mailbox}@{language}.readers.test" for mailbox in READERS},
    )
    operator.look("overview")

    verify_a_domain(operator, walk)
    make_an_address(operator, walk)
    submit_a_template(operator, walk)
    approve_it(reviewer, walk)
    send_from_the_console(operator, walk)
    follow_the_mails(operator, walk)
    read_the_inbox(operator, walk)
    see_the_block(operator, walk)
    see_the_charts(analyst, walk)
    message_id = send_by_the_printed_line(product)
    find_by_message_id(operator, message_id)


def verify_a_domain(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/domains/")
    operator.look("domains")
    page.get_by_role("link", name=operator.text("Create sender domain")).first.click()
    page.get_by_label(operator.text("Domain"), exact=True).fill(walk.domain)
    operator.look("domain-create")
    page.get_by_role("button", name=operator.text("Create"), exact=True).click()
    expect(page.get_by_role("heading", name=walk.domain)).to_be_visible()
    operator.look("domain-pending")
    page.get_by_role("button", name=operator.text("Publish in the simulator")).click()
    page.get_by_role("button", name=operator.text("Verify"), exact=True).click()
    expect(
        page.get_by_text(operator.text("%(passed)s of %(wanted)s pass") % {"passed": 4, "wanted": 4})
    ).to_be_visible()
    expect(page.get_by_text(operator.text("Verified")).first).to_be_visible()
    operator.look("domain-verified")


def make_an_address(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/addresses/new/")
    page.get_by_label(operator.text("Sender domain")).select_option(label=walk.domain)
    page.get_by_label(operator.text("Email prefix")).fill("hello")
    page.get_by_label(operator.text("Sender name")).fill("Garden shop")
    operator.look("address-create")
    page.get_by_role("button", name=operator.text("Create"), exact=True).click()
    expect(page.get_by_role("cell", name=walk.sender).first).to_be_visible()
    operator.look("addresses")


def submit_a_template(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/templates/create/")
    page.get_by_label(operator.text("Template name")).fill(walk.template)
    page.get_by_label(operator.text("Email summary")).fill("Sent to readers of the garden letter in March")
    body = page.get_by_label(operator.text("HTML body"))
    body.press_sequentially(TOO_SHORT)
    seen = operator.text("%(count)s of %(limit)s visible characters, %(missing)s to go.")
    expect(page.get_by_text(seen % {"count": 30, "limit": 160, "missing": 130}).first).to_be_visible()
    operator.look("template-short")
    page.get_by_role("button", name=operator.text("Submit for review")).click()
    expect(page.get_by_role("heading", name=operator.text("Rejected by the automatic review"))).to_be_visible()
    operator.look("template-rejected-by-machine")
    page.get_by_role("link", name=operator.text("Edit"), exact=True).click()
    assert page.get_by_label(operator.text("HTML body")).input_value() == TOO_SHORT
    page.get_by_label(operator.text("HTML body")).fill(LETTER)
    operator.look("template-edit")
    page.get_by_role("button", name=operator.text("Submit for review")).click()
    expect(page.get_by_text(operator.text("In review")).first).to_be_visible()
    operator.look("template-in-review")


def approve_it(reviewer: Person, walk: Walk) -> None:
    page = reviewer.page
    reviewer.go("/review/")
    reviewer.look("review-queue")
    open_row(page, walk.template)
    expect(page.get_by_role("heading", name=walk.template)).to_be_visible()
    reviewer.look("review")
    page.get_by_role("button", name=reviewer.text("Approve")).click()
    expect(
        page.get_by_text(reviewer.text("“%(name)s” is approved and can be sent.") % {"name": walk.template})
    ).to_be_visible()


def send_from_the_console(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/templates/")
    expect(page.get_by_role("row").filter(has_text=walk.template)).to_contain_text(operator.text("Approved"))
    operator.look("templates")
    operator.go("/sending/")
    page.get_by_label(operator.text("Template"), exact=True).select_option(label=walk.template)
    page.get_by_label(operator.text("From", context="email")).select_option(label=f"Garden shop <{walk.sender}>")
    page.get_by_label(operator.text("Subject"), exact=True).fill("Spring is here, {{name}}")
    page.get_by_label(operator.text("To", context="email"), exact=True).fill("\n".join(walk.recipients.values()))
    page.get_by_label("name", exact=True).fill("Bo & Li")
    operator.look("send")
    page.get_by_role("button", name=operator.text("Send"), exact=True).click()
    expect(
        page.get_by_text(operator.pattern("Accepted for %(count)d recipients. Each has a row here."))
    ).to_be_visible()


def follow_the_mails(operator: Person, walk: Walk) -> None:
    page = operator.page
    ends = {"delivered": "Delivered", "open": "Opened", "click": "Clicked", "bounce": "Bounced"}
    for mailbox, end in ends.items():
        recipient = walk.recipients[mailbox]
        wait_for_row(operator, f"/sending/status/?recipient={recipient}", recipient, operator.text(end))
    operator.go("/sending/status/")
    operator.look("status")
    operator.go(f"/sending/status/?recipient={walk.recipients['click']}")
    open_row(page, walk.recipients["click"])
    expect(page.locator("body")).to_contain_text("250 2.0.0")
    expect(page.locator("body")).to_contain_text("https://garden.walk.test/guide?for=Bo%20%26%20Li")
    operator.look("message")
    operator.go(f"/sending/status/?recipient={walk.recipients['bounce']}")
    open_row(page, walk.recipients["bounce"])
    expect(page.locator("body")).to_contain_text("550 5.1.1")
    operator.look("message-bounced")


def wait_for_row(operator: Person, path: str, row: str, word: str) -> None:
    def is_there() -> bool:
        operator.go(path)
        found = operator.page.get_by_role("row").filter(has_text=row)
        # The recipient's own name says "delivered" too.
        return bool(found.count()) and word in found.first.inner_text().replace(row, "")

    until(is_there, f"{row} to become {word}")


def read_the_inbox(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/sending/simulator/")
    operator.look("simulator")
    operator.go("/sending/inbox/")
    operator.look("inbox")
    open_row(page, walk.recipients["delivered"])
    expect(page.get_by_text("Spring is here, Bo & Li").first).to_be_visible()
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_role("heading", name="Hello Bo & Li")).to_be_visible()
    operator.look("inbox-mail")


def see_the_block(operator: Person, walk: Walk) -> None:
    page = operator.page
    operator.go("/blocklist/")
    expect(page.get_by_role("row").filter(has_text=walk.recipients["bounce"])).to_be_visible()
    operator.look("blocklist")
    operator.go("/blocklist/?kind=reject")
    expect(page.get_by_role("row").filter(has_text=walk.recipients["unsubscribe"])).to_be_visible()


def see_the_charts(analyst: Person, walk: Walk) -> None:
    page = analyst.page
    for name in ("queue", "opens", "bounced", "complaints", "unsubscribed", "overview"):
        analyst.go(f"/statistics/{name}/")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        analyst.look(f"chart-{name}")
    rows: list[list[str]] = []

    def bounce_is_there() -> bool:
        analyst.go(f"/statistics/bounced/?sender_domain={walk.domain}")
        with page.expect_download() as download:
            page.get_by_role("link", name=analyst.text("Export events (CSV)")).click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        rows[:] = csv.reader(io.StringIO(text))
        return len(rows) > 1

    until(bounce_is_there, "the bounce to stand in the export")
    assert rows[1][1] == walk.recipients["bounce"]
    # What the spreadsheet's formula does with column C.
    at = HARD_BOUNCE_CSV_FORMULA_EPOCH + timedelta(days=int(rows[1][2]) / 86_400_000)
    assert timedelta() < datetime.now(UTC) - at < timedelta(hours=12)


def send_by_the_printed_line(product: Product) -> str:
    line = next(line.strip() for line in product.output if ".venv/bin/python -c" in line)
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    found = re.search(r"qcloudses-30-\d+-date-\d{14}-\w+", done.stdout)
    assert found, done.stdout
    return found.group()


def find_by_message_id(operator: Person, message_id: str) -> None:
    path = f"/sending/status/?message_id={message_id}"
    wait_for_row(operator, path, "delivered@inbox.test", operator.text("Delivered"))
    open_row(operator.page, "delivered@inbox.test")
    expect(operator.page.get_by_text(message_id).first).to_be_visible()


def open_row(page: Page, text: str) -> None:
    page.get_by_role("row").filter(has_text=text).first.get_by_role("link").first.click()
