"""The import of a list: what the page says of a file that is broken in many ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FILE = """邮箱;原因;负责人;过期时间
ann@example.com;客户要求退订;王伟;2099-05-01
"bob@example.com;客户要求退订;王伟;2099-05-01
c\u200bid@example.com;;;
dan@example.com;=1+1;;1/5/2099
'+eve@example.com;'=1+1;;2099/5/1
"""


@pytest.mark.parametrize(
    ("locale", "read", "unread"),
    [
        ("en-US", "Columns read: 邮箱, 原因, 过期时间.", "Columns not read: 负责人."),
        ("zh-CN", "已读取的列：邮箱, 原因, 过期时间。", "未读取的列：负责人。"),
    ],
)
def test_a_broken_file_has_a_report_of_every_line(
    people: Callable[..., Person], locale: str, read: str, unread: str
) -> None:
    operator = people("operator", locale=locale)
    page = operator.page
    operator.go("/blocklist/import/")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": FILE.encode("gb18030")}
    page.locator("[name=file]").set_input_files(file)  # type: ignore[arg-type]
    page.locator("[name=dry_run]").check()
    page.locator("main form.card button.btn-primary").click()
    result = page.locator("section[aria-labelledby=result]")
    expect(result).to_contain_text(read)
    expect(result).to_contain_text(unread)
    expect(result).to_contain_text("ZERO WIDTH SPACE (U+200B)")
    assert [int(text) for text in result.locator("tbody td:first-child").all_text_contents()] == [3, 4, 5]
    operator.look("block-import-report")
