"""The wheel: what it holds, and that a machine with nothing but it and its dependencies sends a mail."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from accounts.console import appearance, badges
from config import navigation
from config.served_files import FILES, ICONS
from sending import timeline
from tests.folders import data_folder
from tests.product import ROOT, start, stop
from tests.waiting import WAIT_SECONDS, until

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tencentcloud"),
    # The wheel is built once.
    pytest.mark.xdist_group("wheel"),
]

PACKAGES = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")
DELIVERED = 1


def copy_sources(folder: Path) -> Path:
    """Copy what a wheel is built from: a build leaves files beside its sources."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def build(sources: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*command, "-w", str(target), str(sources)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = copy_sources(tmp_path_factory.mktemp("sources"))
    (sources / "node_modules").symlink_to(ROOT / "node_modules")
    target = tmp_path_factory.mktemp("wheel")
    done = build(sources, target)
    assert done.returncode == 0, done.stderr
    (found,) = target.glob("ses_console-*.whl")
    return found


@pytest.fixture(scope="module")
def held(wheel: Path) -> set[str]:
    """The names of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def ours(*folders: str) -> Iterator[str]:
    """Yield the path of each file of a package that lies in one of `folders`, or is Python code."""
    for name in PACKAGES:
        for path in (ROOT / name).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and "__pycache__" not in parts and (path.suffix == ".py" or set(folders) & set(parts)):
                yield "/".join(parts)


def test_it_holds_all_code_migrations_templates_static_files_and_translations(held: set[str]) -> None:
    assert set(ours("templates", "static", "locale")) - held == set()
    assert "sending/migrations/0001_initial.py" in held
    # The catalogues that gettext reads are made by the build.
    assert {name.replace(".po", ".mo") for name in held if name.endswith(".po")} - held == set()


def test_it_holds_the_served_files_of_npm_and_their_licences(held: set[str]) -> None:
    assert {f"config/node_modules/{path}" for path in FILES.values()} - held == set()
    assert "config/node_modules/plotly.js-basic-dist-min/LICENSE" in held
    assert "config/node_modules/@tabler/icons/LICENSE" in held


def test_it_holds_every_icon_that_pages_show(held: set[str]) -> None:
    named = {entry.icon for entry in navigation.ENTRIES}
    named |= {style.icon for style in badges.STYLES.values()} | {theme.icon for theme in appearance.THEMES.values()}
    named |= {row[0] for table in (timeline.OUTCOMES, timeline.EVENTS) for row in table.values()}
    for path in ours("templates"):
        if path.endswith(".html"):
            named |= set(re.findall(r'\{% icon "([a-z0-9-]+)"', (ROOT / path).read_text()))
    assert len(named) > 50
    assert {f"config/node_modules/{ICONS}/{name}.svg" for name in named} - held == set()


def test_it_holds_nothing_else(held: set[str]) -> None:
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == set(PACKAGES)


def test_without_the_files_of_npm_the_build_says_what_to_run(tmp_path: Path) -> None:
    sources = copy_sources(tmp_path / "sources")
    done = build(sources, tmp_path)
    assert done.returncode != 0
    assert "node_modules/@tabler/core/dist/css/tabler.min.css is missing. Run `npm ci`" in done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_installed_in_a_virtual_environment_of_its_own_it_starts_and_sends_a_mail(wheel: Path) -> None:
    with data_folder() as folder:
        program = install(wheel, folder / "environment")
        running = start(folder / "data", program=[str(program)], folder=folder, PYTHONPATH="")
        try:
            assert any("ses-console demo" in line for line in running.output)
            known = running.demo
            http = HttpProfile(protocol="http", endpoint=known["api"]["endpoint"], reqTimeout=WAIT_SECONDS)
            profile = ClientProfile(httpProfile=http)
            key = Credential(known["api"]["secret_id"], known["api"]["secret_key"])
            client = CommonClient("ses", "2020-10-02", key, "ap-hongkong", profile)
            template = {"TemplateID": known["template_id"], "TemplateData": json.dumps(known["template_data"])}
            sent = client.call_json(
                "SendEmail",
                {
                    "FromEmailAddress": known["sender"],
                    "Subject": "From a wheel",
                    "Destination": ["delivered@inbox.test"],
                    "Template": template,
                },
            )
            wait_until_delivered(client, sent["Response"]["MessageId"])
        finally:
            stop(running)


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel alone and return its program; its dependencies are those that these tests run with."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--disable-pip-version-check", str(wheel)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    where = "import config; print(config.__file__)"
    found = subprocess.run([python, "-c", where], cwd=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(packages))
    return environment / "bin" / "ses-console"


def wait_until_delivered(client: CommonClient, message_id: str) -> None:
    # The day is the one of acceptance, in UTC+8: it may be over by now.
    accepted = message_id.partition("-date-")[2]
    day = f"{accepted[:4]}-{accepted[4:6]}-{accepted[6:8]}"
    query = {"RequestDate": day, "Offset": 0, "Limit": 10, "MessageId": message_id}

    def statuses() -> list[int]:
        rows = client.call_json("GetSendEmailStatus", query)["Response"]["EmailStatusList"]
        return [row["DeliverStatus"] for row in rows]

    until(lambda: statuses() == [DELIVERED], "the email to be delivered")
