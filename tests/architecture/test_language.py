"""Every text that people read is translated: English in the code, Simplified Chinese in each app's .po file."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation

from config import translations
from config.translations import APPS, ROOT, ExtractedText
from tests.architecture import bare_texts

# Apps whose pages still hold bare texts; an app leaves when its texts are wrapped and translated.
PENDING: set[str] = set()
DONE = [app for app in APPS if app not in PENDING]
# For the terminal, for logs and for other programs: English alone. Or with languages of their own.
UNSHOWN = {
    "accounts/secrets.py",
    # Words that are looked for in mails.
    "sending/inbound/phrases.py",
    # A terminal's lines.
    *("config/tls_checks.py", "config/web/certificates.py", "config/web/server.py"),
    *("config/checks.py", "config/demo.py", "config/demo_history.py", "config/embedded_pg.py", "config/health.py"),
    *("config/pg_binaries.py", "config/supervisor.py", "config/translations.py", "config/rules.py"),
    *("sending/mime/footers.py", "sending/unsubscribe_languages.py", "sending/simulator/answers.py"),
    # What the operator gave a process, and notes on reports that only the platform's staff look into.
    *(
        "sending/delivery/routing.py",
        "sending/inbound/report.py",
        "sending/inbound/worker.py",
        "sending/report_queue.py",
    ),
}
UNSHOWN_FOLDERS = {"migrations", "management", "formats", "tests"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}")
_TAG = re.compile(r"</?\w+")


def files(app: str, pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / app).rglob(pattern)):
        name = path.relative_to(ROOT).as_posix()
        if name not in UNSHOWN and not set(path.relative_to(ROOT).parts) & UNSHOWN_FOLDERS:
            yield name, path.read_text(encoding="utf-8")


def entries(app: str) -> dict[ExtractedText, polib.POEntry]:
    return {translations.text_of(entry): entry for entry in polib.pofile(str(translations.po_file(app)))}


def as_shown(text: ExtractedText) -> str:
    """Return a text as Django shows it in the active language."""
    if text.plural:
        arguments = (text.msgid, text.plural, 2)
        return translation.npgettext(text.context, *arguments) if text.context else translation.ngettext(*arguments)
    return translation.pgettext(text.context, text.msgid) if text.context else translation.gettext(text.msgid)


def chinese_of(entry: polib.POEntry) -> str:
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


@pytest.mark.parametrize("app", APPS)
def test_every_text_can_be_extracted(app: str) -> None:
    """No f-string, no `format`, nothing put together inside a translation function."""
    translations.extract(app)


def test_every_text_is_in_chinese() -> None:
    for app in DONE:
        known, used = entries(app), translations.extract(app)
        missing = [(text.msgid, at) for text, at in used.items() if text not in known or not chinese_of(known[text])]
        assert missing == [], f"run `make messages APP={app}` and translate"
        assert [text.msgid for text in known if text not in used] == [], f"run `make messages APP={app}`"
        assert [text.msgid for text, entry in known.items() if entry.fuzzy] == []


@pytest.mark.parametrize("app", APPS)
def test_a_translation_fills_in_the_same_values_and_keeps_the_markup(app: str) -> None:
    broken = []
    for text, entry in entries(app).items():
        english, chinese = text.plural or text.msgid, chinese_of(entry)
        same = set(_PLACEHOLDER.findall(english)) == set(_PLACEHOLDER.findall(chinese))
        if chinese and not (same and Counter(_TAG.findall(english)) == Counter(_TAG.findall(chinese))):
            broken.append((english, chinese))
    assert broken == []


def test_a_text_has_one_translation_in_all_apps() -> None:
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for app in APPS:
        for text, entry in entries(app).items():
            if chinese := chinese_of(entry):
                found[text.msgid, text.context][app] = chinese
    assert [(key, each) for key, each in found.items() if len(set(each.values())) > 1] == []


@pytest.mark.parametrize("app", APPS)
def test_our_translation_is_the_one_that_people_see(app: str) -> None:
    """Other packages translate some of the same texts."""
    with translation.override("zh-hans"):
        wrong = [
            (text, shown, chinese_of(entry))
            for text, entry in entries(app).items()
            if chinese_of(entry) and (shown := as_shown(text)) != chinese_of(entry)
        ]
    assert wrong == []


def test_no_template_holds_a_bare_text() -> None:
    sources = [each for app in DONE for each in files(app, "*.html")]
    assert [f"{name}:{text}" for name, source in sources for text in bare_texts.in_template(source)] == []


def test_no_module_holds_a_bare_text() -> None:
    sources = [each for app in DONE for each in files(app, "*.py")]
    assert [f"{name}:{text}" for name, source in sources for text in bare_texts.in_python(source)] == []


def test_the_files_left_alone_exist() -> None:
    assert [name for name in sorted(UNSHOWN) if not (ROOT / name).exists()] == []


def test_no_script_holds_a_bare_text() -> None:
    sources = [each for app in APPS for each in files(app, "*.js")]
    assert len(sources) > 3
    assert [f"{name}:{text}" for name, source in sources for text in bare_texts.in_script(source)] == []


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_translated_while_a_module_is_imported(app: str) -> None:
    found = [f"{name}:{text}" for name, source in files(app, "*.py") for text in bare_texts.too_early(source)]
    assert found == [], "use gettext_lazy there"


# --- the finders themselves -------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<p>Log in</p>",
        '<img alt="A chart">',
        '<button data-confirm="Delete {{ name }}?">{% icon "x" %}</button>',
        '<input type="submit" value="Send">',
        '{% include "a.html" with heading="Not allowed" %}',
        '{% badge "suspended" "Sending is stopped" %}',
        '{{ name|default:"Nobody" }}',
        "{{ n }} {% translate 'rows' %}{{ n|pluralize }}",
        '{% translate "Name" %}: {% if x %}gone{% endif %}',
    ],
)
def test_a_bare_text_of_a_template_is_found(source: str) -> None:
    assert len(bare_texts.in_template(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<p class="bare words">{% translate "Log in" %}</p>',
        '<img alt=""><a href="/a b" title="{% translate "Open" %}">{{ name }}</a>',
        "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
        '{% include "console/_error.html" with heading=_("Not allowed") code="403" %}',
        "<code>smtp relay</code> SMTP &middot; ann@example.com {{ at|date:'Y-m-d' }} {# a note #}",
        '{% comment %}A note{% endcomment %}<script src="a.js"></script>{{ x|default:_("None") }}',
    ],
)
def test_a_translated_template_is_left_in_peace(source: str) -> None:
    assert bare_texts.in_template(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused("Code", f"Only {n}.")',
        'raise ValidationError("wrong", code="x")',
        'messages.success(request, "saved")',
        'Column("at", "Time", "created")',
        'title = "Domains"',
        'field = CharField(label="Name")',
        "name = forms.CharField(max_length=3)",
        'EmptyState("Nothing yet")',
        'context = {"title": "Domains"}',
        'class State(models.TextChoices):\n    OPEN = "open", "Open"',
        'ADVICE = {5: "The mailbox is full."}',
        'x = f"{name} is not verified here."',
    ],
)
def test_a_bare_text_of_a_module_is_found(source: str) -> None:
    assert len(bare_texts.in_python(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""A module of its own."""\n\ndef f() -> None:\n    """Do it now."""',
        'raise Refused("Code", _("Only %(n)s.") % {"n": n})',
        'messages.success(request, gettext("Saved."))',
        'logger.warning("The database does not answer.")',
        'raise RuntimeError("This cannot be.")',
        'cursor.execute("SELECT a FROM b WHERE c.")',
        'Column("at", gettext_lazy("Time"), "created")',
        'title = gettext_lazy("Domains")',
        'Param(name="Destination")',
    ],
)
def test_a_translated_module_is_left_in_peace(source: str) -> None:
    assert bare_texts.in_python(source) == []


def test_a_bare_text_of_a_script_is_found() -> None:
    assert bare_texts.in_script('const a = "Try again later.";') == ["1: Try again later."]
    assert bare_texts.in_script('button.textContent = paused ? "Resume" : data.textPause;') == ["1: Resume"]
    assert bare_texts.in_script('button.setAttribute("aria-label", "Copy");') == ["1: Copy"]
    assert bare_texts.in_script('// Not "A sentence."\nbody.className = "toast show"; e.key !== "Escape";') == []


def test_a_translation_at_import_is_found() -> None:
    assert len(bare_texts.too_early('TITLE = gettext("Domains")')) == 1
    assert len(bare_texts.too_early('def f(title=_("Domains")): ...')) == 1
    assert (
        bare_texts.too_early(
            'from x import gettext_lazy as _\nA = _("B")\ndef f():\n    return gettext("Domains")\nA = gettext_lazy("B")\nC = lambda: _("D")'
        )
        == []
    )


@pytest.mark.parametrize("call", ['_(f"Hello {name}")', 'gettext("a" + name)', 'gettext("{}".format(n))'])
def test_what_no_extraction_can_read_is_refused(call: str) -> None:
    with pytest.raises(translations.NoLiteral):
        list(translations.from_python(call))


def test_texts_are_read_as_django_looks_them_up() -> None:
    template = (
        '{% translate "Log in" %}{% blocktranslate count n=rows trimmed %}{{ n }} row\n{% plural %}{{ n }} rows'
        '{% endblocktranslate %}{% field form.name label=_("Your name") %}{{ x|default:_("None") }}'
        '{% translate "May" context "month" %}'
    )
    assert set(translations.from_template(template)) == {
        ExtractedText("Log in"),
        ExtractedText("%(n)s row", "%(n)s rows"),
        ExtractedText("Your name"),
        ExtractedText("None"),
        ExtractedText("May", context="month"),
    }


def test_an_update_keeps_what_is_translated_and_changes_nothing_twice(tmp_path: Path) -> None:
    def update() -> list[ExtractedText]:
        return translations.update("domains", translations.known_translations(tmp_path), tmp_path)

    app = tmp_path / "domains"
    app.mkdir()
    (app / "views.py").write_text('a = gettext("Zone")\nb = ngettext("%(n)s row", "%(n)s rows", n)')
    assert update() == [ExtractedText("%(n)s row", "%(n)s rows"), ExtractedText("Zone")]
    path = translations.po_file("domains", tmp_path)
    path.write_text(path.read_text().replace('msgid "Zone"\nmsgstr ""', 'msgid "Zone"\nmsgstr "区域"'))
    (app / "views.py").write_text('a = gettext("Zone")\nb = gettext("Alias")')
    assert update() == [ExtractedText("Alias")]
    first = path.read_text()
    update()
    assert path.read_text() == first
    assert "区域" in first


def test_a_text_that_moves_to_another_app_takes_its_translation_along(tmp_path: Path) -> None:
    source = translations.po_file("config", tmp_path)
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr ""\n\nmsgid "Zone"\nmsgstr "区域"\n')
    (tmp_path / "domains").mkdir()
    (tmp_path / "domains" / "views.py").write_text('a = gettext("Zone")')
    assert translations.update("domains", translations.known_translations(tmp_path), tmp_path) == []


def test_the_compiled_file_is_made_anew_when_the_source_is_newer(tmp_path: Path) -> None:
    source = translations.po_file("domains", tmp_path)
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Zone"\nmsgstr "区域"\n')
    translations.compile_all(tmp_path)
    compiled = polib.mofile(str(source.with_suffix(".mo")))
    assert [entry.msgstr for entry in compiled] == ["区域"]


def test_one_text_has_one_translation_in_all_apps() -> None:
    # The catalogs are one at run time: of two translations readers of both pages would see the same, and wrong for one.
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for app in translations.APPS:
        for entry in polib.pofile(str(translations.po_file(app))):
            found[entry.msgctxt or "", entry.msgid].add(entry.msgstr or str(entry.msgstr_plural))
    assert {text: said for text, said in found.items() if len(said) > 1} == {}
