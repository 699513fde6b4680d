"""The pages that the walk does not pass, each by whom it is for; the pictures are for people to look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Person, Product, watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = {
    "admin": {
        "users": ("/users/", "Users and Roles"),
        "user-add": ("/users/add/", "Add user"),
        "keys-api": ("/keys/", "API Keys"),
        "key-create": ("/keys/create/", "Create API key"),
        "audit": ("/audit/", "Audit Log"),
        "password": ("/password/", "Change password"),
        "time-zone": ("/time-zone/", "Time zone"),
        "template": ("/templates/1/", "Order confirmation"),
    },
    "operator": {
        "block-add": ("/blocklist/add/", "Block an address"),
        "block-import": ("/blocklist/import/", "Import addresses to block"),
        "look-up": ("/blocklist/look-up/?address=ann@example.test", "Look up an address"),
        "sending-overview": ("/statistics/overview/", "Sending Overview"),
    },
    "reviewer": {
        "overview-reviewer": ("/", "Overview"),
        "forbidden_phrases": ("/review/forbidden-phrases/", "Forbidden phrases"),
    },
}
# Of pages that belong to every account, whatever it sends.
IN_CHINESE = {
    "users-zh": ("/users/", "用户与角色"),
    "user-add-zh": ("/users/add/", "添加用户"),
    "keys-api-zh": ("/keys/", "API 密钥"),
    "key-create-zh": ("/keys/create/", "新建 API 密钥"),
    "audit-zh": ("/audit/", "审计日志"),
    "password-zh": ("/password/", "修改密码"),
    "time-zone-zh": ("/time-zone/", "时区"),
}
WRONG = {
    "not-found": ("/nothing-here/", 404, "Page not found"),
    "forbidden": ("/users/", 403, "Not allowed"),
}


@pytest.mark.parametrize("role", PAGES)
def test_each_page_opens_without_trouble_and_fits_a_phone(people: Callable[..., Person], role: str) -> None:
    person = people(role)
    for name, (path, heading) in PAGES[role].items():
        person.go(path)
        expect(person.page.get_by_role("heading", level=1)).to_have_text(heading)
        person.look(name)


def test_the_pages_of_an_account_are_there_in_chinese(people: Callable[..., Person]) -> None:
    admin = people("admin", locale="zh-CN")
    for name, (path, heading) in IN_CHINESE.items():
        admin.go(path)
        expect(admin.page.get_by_role("heading", level=1)).to_have_text(heading)
        admin.look(name)


def test_what_cannot_be_shown_says_why(people: Callable[..., Person]) -> None:
    operator = people("operator")
    for name, (path, status, heading) in WRONG.items():
        answer = operator.page.goto(operator.url + path)
        assert answer is not None
        assert answer.status == status
        expect(operator.page.get_by_role("heading", level=1)).to_have_text(heading)
        operator.look(name)
    # The browser itself notes each answer of 403 and 404 as an error.
    assert len(operator.trouble) == len(WRONG)
    operator.trouble.clear()


def test_the_log_in_page_fits_too(product: Product, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    stranger = Person(page, product.url, [])
    watch(page, stranger.trouble, product.url.partition("://")[2])
    stranger.go("/login/")
    stranger.look("login")
    page.get_by_label("Email address").fill("nobody@example.test")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong email address or password")
    context.close()
    stranger.was_refused_once()
