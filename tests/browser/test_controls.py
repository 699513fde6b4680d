"""What people reach for on every page: where the focus is, how a control is called, how large it is, how it reads."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MIN_TARGET = 24
MIN_CONTRAST = 4.5
# The contrast (WCAG 2.2, 1.4.3) of the text of a visible element with all the grounds behind it.
CONTRAST = """element => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    colours.forEach((colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); });
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = [];
  for (let node = element; node; node = node.parentElement) grounds.unshift(getComputedStyle(node).backgroundColor);
  const two = [painted(grounds), painted([...grounds, getComputedStyle(element).color])].map(luminance);
  return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
}"""
# What can be pressed, is visible, and is smaller; a box inside its label is as large as the label.
SMALL = """least => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .map((control) => control.closest("label") || control)
  .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest(".visually-hidden"))
  .map((control) => [control.textContent.trim(), control.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least || box.height < least))
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""


def focused(page: Page) -> str:
    """Return the name of the field that has the focus, "" for none."""
    return str(page.evaluate("document.activeElement.name || ''"))


def test_the_chosen_entry_of_each_menu_can_be_read_in_the_dark_and_in_the_light(people: Callable[..., Person]) -> None:
    page = people("operator").page
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for menu in page.locator(".topbar details.menu:has(.dropdown-item.active)").all():
            menu.locator("summary").click()
            entry = menu.locator(".dropdown-item.active")
            expect(entry).to_be_visible()
            assert entry.get_attribute("aria-current") == "true"
            # The colours of a theme come by a transition.
            page.wait_for_function(f"entry => ({CONTRAST})(entry) >= {MIN_CONTRAST}", arg=entry.element_handle())


def test_the_tab_key_goes_to_nothing_that_is_not_seen(people: Callable[..., Person]) -> None:
    page = people("operator").page
    for _ in range(8):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(({ width, height }) => Math.min(width, height))(document.activeElement.getBoundingClientRect())"
        )
        assert shown > 1, page.evaluate("document.activeElement.outerHTML")


def test_each_copy_button_says_what_it_copies_and_is_seen(people: Callable[..., Person]) -> None:
    admin = people("admin")
    page = admin.page
    for path, example in {
        "/domains/1/": "Copy Value (SPF)",
        "/sending/simulator/": "Copy bounce@inbox.test",
        "/templates/1/": "Copy Template ID",
    }.items():
        admin.go(path)
        expect(page.get_by_role("button", name=example, exact=True)).to_be_visible()
        names = page.locator("button.copy").evaluate_all("buttons => buttons.map((one) => one.ariaLabel)")
        assert len(names) == len(set(names)), names
        assert all(name.startswith("Copy ") and "<" not in name for name in names), names
        opacities = page.locator("button.copy").evaluate_all(
            "buttons => buttons.map((one) => getComputedStyle(one).opacity)"
        )
        assert set(opacities) == {"1"}


def test_each_chart_is_an_image_with_a_name_of_its_own(people: Callable[..., Person]) -> None:
    analyst = people("analyst")
    for path in ("/", "/statistics/overview/", "/statistics/queue/", "/statistics/bounced/"):
        analyst.go(path)
        charts = analyst.page.get_by_role("img").and_(analyst.page.locator("[data-chart]"))
        assert charts.count() >= 1, path
        for chart in charts.all():
            described = chart.get_attribute("aria-labelledby")
            assert analyst.page.locator(f"#{described}").inner_text().strip(), path
            for part in (chart.get_attribute("aria-describedby") or "").split():
                assert (analyst.page.locator(f"#{part}").text_content() or "").strip(), part


def test_a_refused_form_has_the_focus_in_its_first_wrong_field(people: Callable[..., Person]) -> None:
    admin = people("admin")
    page = admin.page
    for path, entries, name in (
        ("/password/", {"current": "x", "new": "short", "again": "y"}, "current"),
        ("/users/add/", {"email": admin.users["operator"]["email"]}, "email"),
        ("/keys/create/", {"name": "Shop", "networks": "here"}, "networks"),
    ):
        admin.go(path)
        for field, text in entries.items():
            page.locator(f"[name={field}]").fill(text)
        page.locator("main form .btn-primary").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        assert focused(page) == name
        # What was refused is marked until it is changed.
        page.locator(f"[name={name}]").fill("something else")
        expect(page.locator(f"[name={name}]")).to_have_attribute("aria-invalid", "false")
        expect(page.locator(f"#id_{name}_errors")).to_be_hidden()
        admin.was_refused_once()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_no_target_is_too_small_to_hit(people: Callable[..., Person], locale: str) -> None:
    admin = people("admin", locale=locale)
    found = {}
    for path in (
        "/", "/domains/", "/domains/1/", "/templates/", "/templates/1/edit/", "/sending/", "/sending/status/?range=90d",
        "/sending/simulator/", "/blocklist/import/", "/users/", "/users/add/", "/keys/create/", "/audit/",
        "/statistics/overview/",
    ):  # fmt: skip
        for width in (1360, 390):
            admin.page.set_viewport_size({"width": width, "height": 900})
            admin.go(path)
            if small := admin.page.evaluate(SMALL, MIN_TARGET):
                found[f"{path} {width}"] = small
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
