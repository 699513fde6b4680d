"""From a pasted list of addresses to its rows, and from a new key to a program that sends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person
from tests.product import ROOT, Product
from tests.waiting import WAIT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def box(located: Locator) -> dict[str, float]:
    found = located.bounding_box()
    assert found
    return {"top": found["y"], "left": found["x"], "right": found["x"] + found["width"], "height": found["height"]}


def test_a_pasted_list_is_sent_and_its_rows_follow_the_mails(people: Callable[..., Person], product: Product) -> None:
    operator = people("operator")
    page = operator.page
    operator.go(f"/sending/?template={product.demo['template_id']}")
    page.get_by_label("Subject").fill("To several")
    for name, value in product.demo["template_data"].items():
        page.locator(f"[name='value.{name}']").fill(value)
    page.get_by_label("To", exact=True).fill("ann@paste.test, bob\nBee <bee@paste.test>; cy@paste.test dee@paste.test")
    page.get_by_role("button", name="Send").click()
    said = page.locator("#id_to_errors")
    expect(said).to_contain_text("Line 1, “bob”: An address needs a name, an @ and a domain")
    expect(said).to_contain_text("Line 2, “cy@paste.test dee@paste.test”: Two addresses stand here.")
    operator.was_refused_once()

    page.get_by_label("To", exact=True).fill(
        '"Ann, A." <ann@paste.test>; bee@paste.test\n' + "cy@paste.test,ANN@paste.test"
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Entered again, and sent only once: ANN@paste.test (line 2).")).to_be_visible()
    page.evaluate("window.notLoadedAgain = true")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    # Nobody loads the page again.
    expect(page.locator("#list tbody .state", has_text="Delivered")).to_have_count(3)
    assert page.evaluate("window.notLoadedAgain")
    # Then there is nothing more to ask for.
    expect(page.locator("#list[hx-get]")).to_have_count(0)


def test_email_status_is_a_list_to_read(people: Callable[..., Person]) -> None:
    operator = people("operator")
    page = operator.page
    operator.go("/sending/status/?range=30d&size=50")
    heads = page.locator("#list thead th")
    assert heads.all_inner_texts() == ["Time", "Status", "Recipient", "Subject", "Engagement", "Server response"]
    rows = page.locator("#list tbody tr")
    assert {round(box(row)["height"]) for row in rows.all()[:20]} == {40}
    apply_button, last_filter = page.get_by_role("button", name="Apply"), page.get_by_label("Message ID")
    assert abs(box(apply_button)["top"] - box(last_filter)["top"]) < 8
    rows.nth(40).scroll_into_view_if_needed()
    assert box(heads.first)["top"] >= 0
    in_sight(page, heads.first)

    page.locator(".columns summary").scroll_into_view_if_needed()
    page.locator(".columns summary").click()
    choice = page.locator(".columns")
    choice.get_by_label("Sender").check()
    choice.get_by_label("Server response").uncheck()
    choice.get_by_role("button", name="Show these columns").click()
    chosen = ["Time", "Status", "Recipient", "Subject", "Engagement", "Sender"]
    expect(heads).to_have_text(chosen)
    assert "range=30d" in page.url
    operator.go("/")
    operator.go("/sending/status/")
    expect(heads).to_have_text(chosen)
    page.locator(".columns summary").click()
    choice.get_by_role("button", name="Default columns").click()
    expect(heads.last).to_have_text("Server response")

    page.set_viewport_size({"width": 390, "height": 844})
    operator.go("/sending/status/?range=30d")
    state, recipient = rows.first.locator(".state"), rows.first.locator("a.row-link")
    assert box(state)["right"] <= 390
    assert abs(box(state)["top"] - box(recipient)["top"]) < 12
    assert box(rows.first)["height"] < 72


def in_sight(page: Page, located: Locator) -> None:
    """See that the middle of an element is covered by nothing."""
    found = located.bounding_box()
    assert found
    middle = [found["x"] + found["width"] / 2, found["y"] + found["height"] / 2]
    assert located.evaluate("(element, [x, y]) => element.contains(document.elementFromPoint(x, y))", middle)


def test_a_new_key_comes_with_programs_that_send(
    people: Callable[..., Person], product: Product, tmp_path: Path
) -> None:
    admin = people("admin")
    page = admin.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=admin.url)
    admin.go("/keys/create/")
    page.get_by_label("Name").fill("sample")
    page.get_by_role("button", name="Create API key").click()
    host = admin.url.partition("://")[2]
    page.get_by_role("button", name="Copy endpoint of http", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == host
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as .env").click()
    env = dict(line.split("=", 1) for line in Path(downloading.value.path()).read_text().splitlines())
    assert (env["TENCENTCLOUD_PROTOCOL"], env["TENCENTCLOUD_ENDPOINT"]) == ("http", host)

    programs: dict[str, str] = {}
    for language in ("curl", "Python", "Node", "Go", "Java", "PHP", "C#"):
        page.locator(".samples > label", has_text=re.compile(f"^{re.escape(language)}$")).click()
        copy = page.get_by_role("button", name=f"Copy program in {language}", exact=True)
        expect(copy).to_have_css("opacity", "1")
        copy.click()
        programs[language] = page.evaluate("navigator.clipboard.readText()")
        assert env["TENCENTCLOUD_SECRET_ID"] in programs[language]
    for language, program in (("curl", ["bash"]), ("Python", [sys.executable])):
        assert sent(program, programs[language], env, product.demo, tmp_path / language).startswith("qcloudses-")


def sent(program: list[str], text: str, env: dict[str, str], demo: dict[str, Any], file: Path) -> str:
    """Run a sample with the demo's sender, template and recipient in it; return the id of the mail it sent."""
    text = text.replace("notice@mail.example.com", demo["sender"]).replace("ann@example.com", "delivered@inbox.test")
    text = re.sub(r'("TemplateID": )1\b', rf"\g<1>{demo['template_id']}", text)
    values = ", ".join(f'\\"{name}\\": \\"{value}\\"' for name, value in demo["template_data"].items())
    text = text.replace('{\\"name\\": \\"Ann\\"}', f"{{{values}}}").replace(
        '{"name": "Ann"}', repr(demo["template_data"])
    )
    file.write_text(text)
    answer = subprocess.run(
        [*program, str(file)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    found = re.search(r"qcloudses-[\w-]+", answer.stdout)
    assert found, answer.stdout + answer.stderr
    return found[0]


def test_a_new_account_is_led_to_its_first_people(people: Callable[..., Person], product: Product) -> None:
    staff = {"email": "staff@example.test", "password": "correct horse battery"}
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", staff["email"]],
        cwd=ROOT,
        env={**product.environment, "DJANGO_SUPERUSER_PASSWORD": staff["password"]},
        capture_output=True,
        check=True,
    )
    product.demo["users"]["staff"] = staff
    person = people("staff")
    page = person.page
    person.go("/admin/accounts/account/add/")
    page.locator("#id_name").fill("New shop")
    page.locator("#id_mails_per_second").fill("20")
    page.locator("[name=_save]").click()
    expect(page.get_by_text("New shop was added, and you are looking at it. Add its first admin.")).to_be_visible()
    expect(page.get_by_label("Admin")).to_be_checked()
    page.get_by_label("Email address").fill("first@new-shop.test")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("cell", name="first@new-shop.test")).to_be_visible()

    person.go("/")
    step = page.locator(".steps-list li", has_text="Add a reviewer")
    step.get_by_role("link", name="Add reviewer").click()
    expect(page.get_by_label("Reviewer")).to_be_checked()
    page.get_by_label("Email address").fill("second@new-shop.test")
    page.get_by_label("Name").fill("Ann \u202elive")
    page.get_by_role("button", name="Add user").click()
    expect(page.locator("#id_name_errors")).to_contain_text("U+202E, which turns text around")
    person.was_refused_once()
    page.get_by_label("Name").fill("آن")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("row", name="second@new-shop.test").locator("bdi", has_text="آن")).to_be_visible()
    person.go("/")
    expect(step).to_have_class("done")
