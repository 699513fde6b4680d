"""A whole product of its own, started as a user starts it, and a Chromium that tolerates no console error."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.folders import data_folder
from tests.product import ROOT, Product, start, stop
from tests.waiting import PAGE_MILLISECONDS

SCREENSHOTS = ROOT / "var" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=PAGE_MILLISECONDS)

# A page's own view of itself: all three are looked at.
VIEWS = (
    ("light", "light", 1360, 900),
    ("dark", "dark", 1360, 900),
    ("390", "light", 390, 844),
)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The product, for all browser tests of this run."""
    with data_folder() as folder:
        running = start(folder)
        yield running
        stop(running)


# Playwright's loop counts as running while it is open: it must be gone before other tests start loops of their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium found on the machine."""
    program = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if program is None:
        pytest.fail("no Chromium on this machine: run .ci/test-programs")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=PAGE_MILLISECONDS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser, logged in."""

    page: Page
    url: str
    trouble: list[str]
    # The demo's people by their roles.
    users: dict[str, dict[str, str]]
    locale: str = "en-US"

    def go(self, path: str) -> None:
        """Open a path of the console."""
        self.page.goto(self.url + path)

    def text(self, english: str, *, context: str = "") -> str:
        """Return a text of the product in this person's language."""
        with translation.override("zh-hans" if self.locale == "zh-CN" else "en"):
            return pgettext(context, english) if context else gettext(english)

    def pattern(self, english: str) -> re.Pattern[str]:
        """Return what finds a text of the product, whatever values are filled in."""
        parts = re.split(r"%\(\w+\)[sd]", self.text(english))
        return re.compile(".+".join(map(re.escape, parts)))

    def was_refused_once(self) -> None:
        """Take note of one form that came back with its errors: the browser itself logs the answer 422."""
        (noted,) = self.trouble
        assert "status of 422" in noted
        self.trouble.clear()

    def look(self, name: str) -> None:
        """Take the page's picture in light, in dark and at 390 px, and see that nothing sticks out at 390."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for view, scheme, width, height in VIEWS:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(250)
            language = "-zh" if self.locale == "zh-CN" else ""
            self.page.screenshot(path=SCREENSHOTS / f"{name}{language}-{view}.png", full_page=True)
            if width == 390:
                wide = self.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} px wide on a screen of {width} px"
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1360, "height": 900})


@pytest.fixture
def people(product: Product, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """Return a function that logs the demo's person of a role in; at the end none of them saw a console error."""
    contexts: list[BrowserContext] = []
    everybody: list[Person] = []

    def person(role: str, *, javascript: bool = True, locale: str = "en-US") -> Person:
        context = chromium.new_context(
            viewport={"width": 1360, "height": 900},
            color_scheme="light",
            java_script_enabled=javascript,
            locale=locale,
        )
        context.set_default_timeout(PAGE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        somebody = Person(page, product.url, [], product.demo["users"], locale)
        everybody.append(somebody)
        watch(page, somebody.trouble, urlsplit(product.url).netloc)
        known = product.demo["users"][role]
        somebody.go("/login/")
        page.locator("[name=email]").fill(known["email"])
        page.locator("[name=password]").fill(known["password"])
        page.locator("main form.card button").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return somebody

    yield person
    for context in contexts:
        context.close()
    trouble = [line for somebody in everybody for line in somebody.trouble]
    assert trouble == [], "the product's last lines:\n" + "".join(product.output[-80:])


def watch(page: Page, trouble: list[str], host: str) -> None:
    """Collect console errors, page errors and requests to another host."""
    page.on(
        "console",
        lambda message: trouble.append(f"{page.url}: {message.text}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: (
            trouble.append(f"{page.url} asked {request.url}")
            if urlsplit(request.url).scheme in {"http", "https"} and urlsplit(request.url).netloc != host
            else None
        ),
    )
