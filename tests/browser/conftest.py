"""A whole product of its own, started as a user starts it, and a Chromium that tolerates no console error."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config import embedded_pg

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "var" / "screenshots"
PORTS = (
    "SES_WEB_PORT",
    "SES_INBOUND_PORT",
    "SES_SIMULATOR_MX_PORT",
    "SES_SIMULATOR_DNS_PORT",
)
START_SECONDS = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A page's own view of itself: all three are looked at.
VIEWS = (
    ("light", "light", 1360, 900),
    ("dark", "dark", 1360, 900),
    ("390", "light", 390, 844),
)


@dataclass
class Product:
    """The running product and what its demo says of itself."""

    url: str
    demo: dict[str, Any]
    environment: dict[str, str]
    process: subprocess.Popen[str]
    output: list[str]
    reader: threading.Thread


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]


def start_product(data_dir: Path) -> Product:
    """Start `manage.py up` on free ports and return once it has printed its introduction."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SES_", "DJANGO_"))}
    environment |= {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    environment |= {"SES_DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("DATABASE_URL", None)
    # What a person waits for on purpose need not be waited for here.
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                output.append(line)
                if "Ctrl-C stops everything" in line:
                    ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    deadline = time.monotonic() + START_SECONDS
    while not ready.wait(0.1):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("the product did not start:\n" + "".join(output[-60:]))
    known = subprocess.run(
        [sys.executable, "manage.py", "demo", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{environment['SES_WEB_PORT']}"
    return Product(url, json.loads(known.stdout), environment, process, output, reader)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, for all browser tests of this run."""
    data_dir = tmp_path_factory.mktemp("product")
    running = start_product(data_dir)
    yield running
    running.process.send_signal(signal.SIGTERM)
    try:
        running.process.wait(15)
    except subprocess.TimeoutExpired:
        running.process.kill()
        embedded_pg.Server(data_dir).stop()
        pytest.fail("the product did not end within 15 seconds of SIGTERM")
    running.reader.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium found on the machine."""
    program = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("no Chromium on this machine: run .ci/test-programs")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser, logged in."""

    page: Page
    url: str
    trouble: list[str]

    def go(self, path: str) -> None:
        """Open a path of the console."""
        self.page.goto(self.url + path)

    def look(self, name: str) -> None:
        """Take the page's picture in light, in dark and at 390 px, and see that nothing sticks out at 390."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for view, scheme, width, height in VIEWS:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(250)
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{view}.png", full_page=True)
            if width == 390:
                wide = self.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} px wide on a screen of {width} px"
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1360, "height": 900})


@pytest.fixture
def people(product: Product, chromium: Browser) -> Iterator[Callable[[str], Person]]:
    """Return a function that logs the demo's person of a role in; at the end none of them saw a console error."""
    contexts: list[BrowserContext] = []
    everybody: list[Person] = []

    def person(role: str) -> Person:
        context = chromium.new_context(viewport={"width": 1360, "height": 900}, color_scheme="light")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        one = Person(page, product.url, [])
        everybody.append(one)
        watch(page, one.trouble, urlsplit(product.url).netloc)
        known = product.demo["users"][role]
        one.go("/login/")
        page.get_by_label("E-mail").fill(known["email"])
        page.get_by_label("Password").fill(known["password"])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(product.url + "/**")
        return one

    yield person
    for context in contexts:
        context.close()
    assert [trouble for one in everybody for trouble in one.trouble] == []


def watch(page: Page, trouble: list[str], host: str) -> None:
    """Collect console errors, page errors and requests to another host."""
    # The browser notes a form that came back with its errors (422) as an error; the page shows what it is about.
    refused = "status of 422 (Unprocessable Entity)"
    page.on(
        "console",
        lambda message: trouble.append(f"{page.url}: {message.text}")
        if message.type == "error" and refused not in message.text
        else None,
    )
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: trouble.append(f"{page.url} asked {request.url}")
        if urlsplit(request.url).scheme in {"http", "https"} and urlsplit(request.url).netloc != host
        else None,
    )
