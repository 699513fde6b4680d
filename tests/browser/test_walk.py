"""One mail's whole way, by hand: as operator, reviewer and analyst, in a real browser against the running product."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Person, Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DOMAIN = "news.walk.test"
SENDER = f"hello@{DOMAIN}"
TEMPLATE_NAME = "Spring letter"
TOO_SHORT = "<p>Hello {{name}}, this is far too short.</p>"
LETTER = """<!doctype html><html><head><title>Spring</title></head><body>
<h1>Hello {{name}}</h1>
<p>Spring has come to our garden shop. The first seedlings stand ready, the soil is warm enough from next week on, and
we have put together a small guide on what to plant first and what had better wait until the nights are mild.</p>
<p><a href="https://garden.walk.test/guide?for={{name}}">Read the guide</a></p>
</body></html>"""
READERS = ("delivered", "open", "click", "bounce", "unsubscribe")
PATIENCE = 30_000
HARD_BOUNCE_CSV_FORMULA_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_mail_travels_through_every_floor(people: Callable[[str], Person], product: Product) -> None:
    operator, reviewer, analyst = people("operator"), people("reviewer"), people("analyst")
    operator.look("overview")

    verify_a_domain(operator)
    make_an_address(operator)
    submit_a_template(operator)
    approve_it(reviewer)
    send_from_the_console(operator)
    follow_the_mails(operator)
    read_the_inbox(operator)
    see_the_block(operator)
    see_the_charts(analyst)
    message_id = send_by_the_printed_line(product)
    find_by_message_id(operator, message_id)


def verify_a_domain(operator: Person) -> None:
    page = operator.page
    operator.go("/domains/")
    operator.look("domains")
    page.get_by_role("link", name=re.compile("Create")).first.click()
    page.get_by_label("Domain").fill(DOMAIN)
    operator.look("domain-create")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=DOMAIN)).to_be_visible()
    operator.look("domain-pending")
    page.get_by_role("button", name="Publish in the simulator").click()
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("4 of 4 pass")).to_be_visible()
    expect(page.get_by_text("Verified").first).to_be_visible()
    operator.look("domain-verified")


def make_an_address(operator: Person) -> None:
    page = operator.page
    operator.go("/addresses/new/")
    page.get_by_label("Sender domain").select_option(label=DOMAIN)
    page.get_by_label("Email prefix").fill("hello")
    page.get_by_label("Sender name").fill("Garden shop")
    operator.look("address-create")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("cell", name=SENDER).first).to_be_visible()
    operator.look("addresses")


def submit_a_template(operator: Person) -> None:
    page = operator.page
    operator.go("/templates/create/")
    page.get_by_label("Template name").fill(TEMPLATE_NAME)
    page.get_by_label("Email summary").fill("Sent to readers of the garden letter in March")
    body = page.get_by_label("HTML body")
    body.press_sequentially(TOO_SHORT)
    expect(page.get_by_text(re.compile(r"of 160 visible characters, \d+ to go"))).to_be_visible()
    operator.look("template-short")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Nothing was submitted").or_(page.get_by_role("alert")).first).to_be_visible()
    assert page.get_by_label("HTML body").input_value() == TOO_SHORT
    operator.was_refused_once()
    page.get_by_label("HTML body").fill(LETTER)
    operator.look("template-edit")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("In review").first).to_be_visible()
    operator.look("template-in-review")


def approve_it(reviewer: Person) -> None:
    page = reviewer.page
    reviewer.go("/review/")
    reviewer.look("review-queue")
    open_row(page, TEMPLATE_NAME)
    expect(page.get_by_role("heading", name=TEMPLATE_NAME)).to_be_visible()
    reviewer.look("review")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile("approved", re.IGNORECASE)).first).to_be_visible()


def send_from_the_console(operator: Person) -> None:
    page = operator.page
    operator.go("/templates/")
    expect(page.get_by_role("row").filter(has_text=TEMPLATE_NAME)).to_contain_text("Approved")
    operator.look("templates")
    operator.go("/sending/")
    page.get_by_label("Template").select_option(label=TEMPLATE_NAME)
    page.get_by_label("From").select_option(label=f"Garden shop <{SENDER}>")
    page.get_by_label("Subject").fill("Spring is here, {{name}}")
    page.get_by_label("To", exact=True).fill("\n".join(f"{who}@readers.test" for who in READERS))
    page.get_by_label("name", exact=True).fill("Bo & Li")
    operator.look("send")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(re.compile("accepted|on its way|queue", re.IGNORECASE)).first).to_be_visible()


def follow_the_mails(operator: Person) -> None:
    page = operator.page
    ends = {"delivered": "Delivered", "open": "Opened", "click": "clicked", "bounce": "Bounced"}
    for who, word in ends.items():
        wait_for_row(operator, f"/sending/status/?recipient={who}@readers.test", f"{who}@readers.test", word)
    operator.go("/sending/status/")
    operator.look("status")
    operator.go("/sending/status/?recipient=click@readers.test")
    open_row(page, "click@readers.test")
    expect(page.locator("body")).to_contain_text("250 2.0.0")
    expect(page.locator("body")).to_contain_text("https://garden.walk.test/guide?for=Bo%20%26%20Li")
    operator.look("message")
    operator.go("/sending/status/?recipient=bounce@readers.test")
    open_row(page, "bounce@readers.test")
    expect(page.locator("body")).to_contain_text("550 5.1.1")
    operator.look("message-bounced")


def wait_for_row(operator: Person, path: str, row: str, word: str) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        operator.go(path)
        found = operator.page.get_by_role("row").filter(has_text=row)
        if found.count() and re.search(word, found.first.inner_text(), re.IGNORECASE):
            return
        assert time.monotonic() < deadline, f"{row} never became {word}: {found.all_inner_texts()}"
        operator.page.wait_for_timeout(300)


def read_the_inbox(operator: Person) -> None:
    page = operator.page
    operator.go("/sending/simulator/")
    operator.look("simulator")
    operator.go("/sending/inbox/")
    operator.look("inbox")
    open_row(page, "delivered@readers.test")
    expect(page.get_by_text("Spring is here, Bo & Li").first).to_be_visible()
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_role("heading", name="Hello Bo & Li")).to_be_visible()
    operator.look("inbox-mail")


def see_the_block(operator: Person) -> None:
    page = operator.page
    operator.go("/blocklist/")
    expect(page.get_by_role("row").filter(has_text="bounce@readers.test")).to_be_visible()
    operator.look("blocklist")
    operator.go("/blocklist/?kind=reject")
    expect(page.get_by_role("row").filter(has_text="unsubscribe@readers.test")).to_be_visible()


def see_the_charts(analyst: Person) -> None:
    page = analyst.page
    for name in ("queue", "opens", "bounced", "complaints", "unsubscribed", "overview"):
        analyst.go(f"/statistics/{name}/")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        analyst.look(f"chart-{name}")
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        analyst.go(f"/statistics/bounced/?sender_domain={DOMAIN}")
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("Export events")).or_(
                page.get_by_role("button", name=re.compile("Export events"))
            ).first.click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        if len(rows) > 1 or time.monotonic() > deadline:
            break
        page.wait_for_timeout(500)
    assert rows[1][1] == "bounce@readers.test"
    # What the spreadsheet's formula does with column C.
    at = HARD_BOUNCE_CSV_FORMULA_EPOCH + timedelta(days=int(rows[1][2]) / 86_400_000)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=10)


def send_by_the_printed_line(product: Product) -> str:
    line = next(line.strip() for line in product.output if ".venv/bin/python -c" in line)
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    found = re.search(r"qcloudses-30-\d+-date-\d{14}-\w+", done.stdout)
    assert found, done.stdout
    return found.group()


def find_by_message_id(operator: Person, message_id: str) -> None:
    path = f"/sending/status/?message_id={message_id}"
    wait_for_row(operator, path, "delivered@inbox.test", "Delivered")
    open_row(operator.page, "delivered@inbox.test")
    expect(operator.page.get_by_text(message_id).first).to_be_visible()


def open_row(page: Page, text: str) -> None:
    page.get_by_role("row").filter(has_text=text).first.get_by_role("link").first.click()
