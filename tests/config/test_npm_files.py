from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from pytest_django import Settings

from config.npm_files import FILES

ROOT = Path(__file__).parents[2]


def test_every_file_of_the_table_is_there() -> None:
    assert [name for name in FILES if not finders.find(name)] == []


def test_nothing_else_of_node_modules_is_served() -> None:
    assert not finders.find("vendor/package.json")
    assert not finders.find("vendor/../@tabler/core/package.json")
    assert finders.find("vendor/tabler.min.css", find_all=True) == [finders.find("vendor/tabler.min.css")]


def test_all_files_get_hashed_names_and_no_page_asks_for_a_map(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.npm_files.HashedStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    url = staticfiles_storage.url("console/console.css")
    assert url != "/static/console/console.css"
    css = (tmp_path / url.removeprefix("/static/")).read_text()
    assert "inter-latin.woff2" not in css
    assert "inter-latin." in css
    assert not list((tmp_path / "vendor").rglob("*.map"))


def test_no_style_sheet_or_script_of_ours_asks_another_host() -> None:
    ours = [path for app in ROOT.glob("*/static") for path in app.rglob("*.*s")]
    assert len(ours) > 10
    for path in ours:
        assert "http:" not in path.read_text()
        assert "https:" not in path.read_text()
