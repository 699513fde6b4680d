"""The pages that the walk does not pass, each by whom it is for; the pictures are for people to look at."""

from __future__ import annotations

from collections.abc import Callable

import polib
import pytest
from playwright.sync_api import Browser, expect

from config import translations
from tests.browser.conftest import Person, Product, watch
from tests.waiting import PAGE_MILLISECONDS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Name of the picture -> path, heading in English, heading in Chinese.
PAGES = {
    "admin": {
        "users": ("/users/", "Users and Roles", "用户与角色"),
        "user-add": ("/users/add/", "Add user", "添加用户"),
        "keys-api": ("/keys/", "API Keys", "API 密钥"),
        "key-create": ("/keys/create/", "Create API key", "新建 API 密钥"),
        "key": ("/keys/1/", "Demo program", "Demo program"),
        "audit": ("/audit/", "Audit Log", "审计日志"),
        "password": ("/password/", "Change password", "修改密码"),
        "time-zone": ("/time-zone/", "Time zone", "时区"),
        "notice-mails": ("/notices/email/", "Notices by email", "邮件通知"),
        "template": ("/templates/1/", "Order confirmation", "Order confirmation"),
    },
    "operator": {
        "block-add": ("/blocklist/add/", "Block an address", "屏蔽地址"),
        "block-import": ("/blocklist/import/", "Import addresses to block", "导入要屏蔽的地址"),
        "profile": ("/profile/", "Your profile", "个人资料"),
        "end-sessions": ("/profile/sessions/", "Log out everywhere else", "退出其他所有登录"),
        "samples": ("/templates/samples/", "Sample templates", "示例模板"),
        "search-page": ("/search/?q=demo", "Search", "搜索"),
        "look-up": ("/blocklist/look-up/?address=ann@example.test", "Look up an address", "查询地址"),
        "sending-overview": ("/statistics/overview/", "Sending Overview", "发送概览"),
    },
    "reviewer": {
        "overview-reviewer": ("/", "Overview", "概览"),
        "forbidden_phrases": ("/review/forbidden-phrases/", "Forbidden phrases", "违禁词"),
    },
}
# The walk looks at these in English, on its way.
IN_CHINESE = {
    "overview": ("/", "概览"),
    "domains": ("/domains/", "发信域名"),
    "domain-create": ("/domains/new/", "新建发信域名"),
    "addresses": ("/addresses/", "发信地址"),
    "address-create": ("/addresses/new/", "新建发信地址"),
    "templates": ("/templates/", "邮件模板"),
    "send": ("/sending/", "邮件发送"),
    "status": ("/sending/status/?range=90d", "邮件状态"),
    "blocklist": ("/blocklist/", "黑名单"),
}
WRONG = {
    "not-found": ("/nothing-here/", 404, "Page not found"),
    "forbidden": ("/users/", 403, "Not allowed"),
}


# Sentences and names of two words or more; no page in Chinese shows one of them.
ENGLISH = {
    entry.msgid
    for app in translations.APPS
    for entry in polib.pofile(str(translations.po_file(app)))
    if " " in entry.msgid.strip() and "%(" not in entry.msgid
}


def english_on(person: Person) -> list[str]:
    # Not as styles show it: in capitals, or not at all.
    text = person.page.locator("body").text_content() or ""
    return [english for english in ENGLISH if english in text]


@pytest.mark.parametrize("role", PAGES)
def test_each_page_opens_without_trouble_and_fits_a_phone(people: Callable[..., Person], role: str) -> None:
    person = people(role)
    for name, (path, heading, _chinese) in PAGES[role].items():
        person.go(path)
        expect(person.page.get_by_role("heading", level=1)).to_have_text(heading)
        person.look(name)


@pytest.mark.parametrize("role", PAGES)
def test_each_page_is_all_in_chinese_for_who_reads_it(people: Callable[..., Person], role: str) -> None:
    person = people(role, locale="zh-CN")
    pages = {name: (path, chinese) for name, (path, _english, chinese) in PAGES[role].items()}
    for name, (path, heading) in (pages | (IN_CHINESE if role == "operator" else {})).items():
        person.go(path)
        expect(person.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert english_on(person) == [], path
        person.look(name)


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
    context.set_default_timeout(PAGE_MILLISECONDS)
    page = context.new_page()
    stranger = Person(page, product.url, [], {})
    watch(page, stranger.trouble, product.url.partition("://")[2])
    stranger.go("/login/")
    stranger.look("login")
    page.get_by_label("Email address").fill("nobody@example.test")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong email address or password")
    context.close()
    stranger.was_refused_once()
