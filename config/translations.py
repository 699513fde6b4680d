"""The texts of each app and their files in Simplified Chinese: `make messages` and `make setup` run this module.

It belongs to development and to the build of a wheel; the running product reads the compiled files alone.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "config", "domains", "templates_app", "blocklist", "sending", "stats")
LANGUAGE = "zh_Hans"

# Function -> the positions of context, text and plural among its arguments.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# What Django's templatize writes for each text of a template.
_CALL = re.compile(rf"\b(?:_|n?p?gettext)\((?:{_LITERAL}|count|[\s,])*\)")
_HEADER = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class ExtractedText(NamedTuple):
    """One text to translate, as gettext knows it."""

    msgid: str
    plural: str = ""
    context: str = ""


class NoLiteral(Exception):
    """A translation function was given something that no extraction can read, such as an f-string."""


def extract(app: str, root: Path = ROOT) -> dict[ExtractedText, list[str]]:
    """Return the texts of an app's code and templates, each with the files that use it; raise NoLiteral."""
    found: dict[ExtractedText, list[str]] = {}
    for path in sorted((root / app).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "static" in path.parts:
            continue
        name = str(path.relative_to(root))
        read = from_python if path.suffix == ".py" else from_template
        for text in read(path.read_text(encoding="utf-8"), name):
            files = found.setdefault(text, [])
            if name not in files:
                files.append(name)
    return found


def from_python(source: str, name: str = "") -> Iterator[ExtractedText]:
    """Yield the texts that Python code passes to a translation function; raise NoLiteral."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in FUNCTIONS:
                yield from _from_call(node, *FUNCTIONS[called], place=f"{name}:{node.lineno}")


def from_template(source: str, name: str = "") -> Iterator[ExtractedText]:
    """Yield the texts of a template's translation tags, as Django looks them up when it renders."""
    for call in _CALL.findall(templatize(source, origin=name)):
        yield from from_python(call, name)


def known_translations(root: Path = ROOT) -> dict[ExtractedText, polib.POEntry]:
    """Return what is translated in any app, so that a text that moves to another takes its translation along."""
    files = [po_file(app, root) for app in APPS]
    entries = [entry for path in files if path.exists() for entry in polib.pofile(str(path))]
    return {text_of(entry): entry for entry in entries if entry.translated()}


def update(app: str, known: dict[ExtractedText, polib.POEntry], root: Path = ROOT) -> list[ExtractedText]:
    """Write the app's .po file: its texts by alphabet, translations from `known`; return those without one."""
    path = po_file(app, root)
    made = polib.POFile(wrapwidth=110)
    made.metadata = _HEADER
    for text in sorted(extract(app, root)):
        entry = polib.POEntry(msgid=text.msgid, msgctxt=text.context or None)
        old = known.get(text)
        if text.plural:
            entry.msgid_plural = text.plural
            entry.msgstr_plural = {0: old.msgstr_plural.get(0, "") if old else ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        if re.search(r"%\(\w+\)[sd]", text.msgid + text.plural):
            entry.flags = ["python-format"]
        made.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(path))
    return [text_of(entry) for entry in made.untranslated_entries()]


def compile_all(root: Path = ROOT) -> None:
    """Write each .mo file that is missing or older than its .po file."""
    for app in APPS:
        source = po_file(app, root)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime_ns <= source.stat().st_mtime_ns):
            polib.pofile(str(source)).save_as_mofile(str(target))


def po_file(app: str, root: Path = ROOT) -> Path:
    """Return the file with the app's translations."""
    return root / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def text_of(entry: polib.POEntry) -> ExtractedText:
    """Return what an entry of a .po file translates."""
    return ExtractedText(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def _from_call(
    node: ast.Call, context: int | None, text: int, plural: int | None, *, place: str
) -> Iterator[ExtractedText]:
    if len(node.args) <= text:
        return
    literals = {at: _literal(node.args[at], place) for at in (context, text, plural) if at is not None}
    # A name stands for a text that gettext_noop or a lazy function marks elsewhere.
    if literals[text]:
        yield ExtractedText(*(literals.get(at, "") if at is not None else "" for at in (text, plural, context)))


def _literal(node: ast.expr, place: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return ""
    raise NoLiteral(f'{place}: give the text as a plain string and fill it afterwards: _("… %(name)s") % {{…}}')


def main(arguments: list[str]) -> None:
    """Run `update [APP …]` or `compile`."""
    if arguments[:1] == ["update"]:
        known = known_translations()
        for app in arguments[1:] or APPS:
            for text in update(app, known):
                print(f"{app}: no translation yet: {text.msgid!r}")
    elif arguments != ["compile"]:
        raise SystemExit("usage: python -m config.translations update [APP …] | compile")
    compile_all()


if __name__ == "__main__":
    main(sys.argv[1:])
