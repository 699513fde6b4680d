"""What pyproject.toml cannot say of the wheel: it carries the npm files that pages need, and compiled translations."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import polib
from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
NODE_MODULES = ROOT / "node_modules"
TABLE = runpy.run_path(str(ROOT / "config" / "served_files.py"))
_WORD = re.compile(r"""["']([a-z0-9-]+)["']""")


class Build(build_py):
    """Copies the packages and adds to the copy what git does not hold."""

    def run(self) -> None:
        """Build as setuptools does, then add; an editable install needs nothing added."""
        super().run()
        if self.editable_mode:
            return
        packages = Path(self.build_lib)
        for path in npm_files(packages):
            target = packages / "config" / "node_modules" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(NODE_MODULES / path, target)
        for source in packages.glob("*/locale/**/*.po"):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


def npm_files(packages: Path) -> Iterator[str]:
    """Yield the served files, the icons that the code of `packages` names, and the licence of each npm package."""
    served = list(TABLE["FILES"].values())
    missing = [path for path in (*served, TABLE["ICONS"]) if not (NODE_MODULES / path).exists()]
    if missing:
        raise SystemExit(f"node_modules/{missing[0]} is missing. Run `npm ci` in {ROOT} first, then build again.")
    icons = [f"{TABLE['ICONS']}/{name}.svg" for name in sorted(_words(packages))]
    yield from served
    yield from (path for path in icons if (NODE_MODULES / path).exists())
    for package in sorted({_package(path) for path in (*served, TABLE["ICONS"])}):
        yield from (f"{package}/{path.name}" for path in (NODE_MODULES / package).glob("LICENSE*"))


def _words(packages: Path) -> set[str]:
    """Return every quoted word in code and templates: among them is each icon's name."""
    sources = [path for kind in ("*.py", "*.html") for path in packages.rglob(kind)]
    return {word for path in sources for word in _WORD.findall(path.read_text(encoding="utf-8"))}


def _package(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2] if path.startswith("@") else parts[:1])


setup(cmdclass={"build_py": Build})
