"""Finds texts that people read and that no translation function has seen, in templates and in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType
from django.utils.text import smart_split

# Names and abbreviations that are the same in every language.
SAME = {
    *("SES", "SES Console", "API", "CSV", "HTML", "HTTP", "HTTPS", "ID", "IP", "JSON", "PDF", "SMTP", "TLS", "TTL"),
    *(
        "TXT",
        "URL",
        "UTC",
        "UTF-8",
        "DKIM",
        "DMARC",
        "SPF",
        "MX",
        "CNAME",
        "Message-ID",
        "SecretId",
        "SecretKey",
        "AND",
    ),
    *(
        "KB",
        "MB",
        "GB",
        "px",
        "ms",
        "RFC",
        "Enter",
        "Esc",
        "Ctrl",
        "Shift",
        "Alt",
        "Tencent Cloud",
        "English",
        "简体中文",
    ),
}
READ_ATTRIBUTES = {
    *(
        "title",
        "alt",
        "placeholder",
        "aria-label",
        "aria-description",
        "aria-roledescription",
        "aria-valuetext",
        "label",
    ),
    *("summary", "data-confirm", "data-label", "data-title"),
}
# What stands in these is code, not language.
CODE_TAGS = {"code", "pre", "kbd", "samp", "script", "style"}
# Template tags whose literals are names.
NAME_TAGS = {
    *(
        "url",
        "static",
        "load",
        "extends",
        "block",
        "endblock",
        "if",
        "elif",
        "for",
        "now",
        "icon",
        "query_set",
        "regroup",
    ),
    *("translate", "trans", "blocktranslate", "blocktrans", "get_current_language", "get_language_info_list", "cache"),
}
SHOWING_FILTERS = {"default", "default_if_none", "yesno", "add", "join"}

_LETTER = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[A-Z][a-z]|[^\W\d_]+\s+[^\W\d_]|[\u4e00-\u9fff]")
# Addresses, hosts and dotted names.
_NAME = re.compile(r"\S+@\S*|(?<!\w)\w[\w-]*(\.[\w-]+)+(?!\w)")
_ENTITY = re.compile(r"&#?\w+;")


def in_template(source: str) -> list[str]:
    """Return the bare texts of a template, each with its line."""
    markup, found = [], []
    skipping = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if skipping:
            skipping = "" if token.token_type == TokenType.BLOCK and name == skipping else skipping
        elif token.token_type == TokenType.TEXT:
            markup.append(token.contents)
            continue
        elif token.token_type == TokenType.BLOCK and name in {"blocktranslate", "blocktrans", "comment"}:
            skipping = f"end{name}"
        elif token.token_type == TokenType.BLOCK and name not in NAME_TAGS:
            found += [f"{token.lineno}: {text}" for text in _tag_literals(name, token.contents)]
        if token.token_type in {TokenType.VAR, TokenType.BLOCK}:
            found += [f"{token.lineno}: {text}" for text in _filter_literals(token.contents)]
        markup.append("\n" * token.contents.count("\n"))
    parser = _Reader()
    parser.feed("".join(markup))
    parser.close()
    return found + parser.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in CODE_TAGS:
            self._code.append(tag)
        given = dict(attrs)
        shown = {name for name in given if name in READ_ATTRIBUTES or name.startswith("data-text")}
        shown |= given.keys() & ({"value"} if given.get("type") in {"submit", "button", "reset"} else set())
        for name in sorted(shown):
            self._say(given[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if self._code and tag == self._code[-1]:
            self._code.pop()

    def handle_data(self, data: str) -> None:
        if not self._code:
            self._say(data)

    def _say(self, text: str) -> None:
        text = " ".join(_ENTITY.sub(" ", text).split())
        if _LETTER.search(text) and not _is_same(text):
            self.found.append(f"{self.getpos()[0]}: {text}")


def _is_same(text: str) -> bool:
    left = _NAME.sub("", text)
    for name in sorted(SAME, key=len, reverse=True):
        left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", left)
    return not _LETTER.search(left)


def _tag_literals(name: str, contents: str) -> Iterator[str]:
    for part in list(smart_split(contents))[2 if name == "include" else 1 :]:
        value = part.partition("=")[2] if re.match(r"\w+=", part) else part
        if value[:1] in {'"', "'"}:
            text = value.partition("|")[0].strip("\"'")
            if _WORDS.search(text) and not _is_same(text):
                yield text


def _filter_literals(contents: str) -> Iterator[str]:
    if re.search(r"\|\s*pluralize\b", contents):
        yield "pluralize: use blocktranslate count … plural"
    for name, text in re.findall(r"""\|(\w+):["']([^"']*)["']""", contents):
        if name in SHOWING_FILTERS and _WORDS.search(text) and not _is_same(text):
            yield text


# --- Scripts ----------------------------------------------------------------------------------

_SCRIPT_TEXT = re.compile(r"""["'`]([^"'`\n]*)["'`]""")
_SHOWN_BY_SCRIPT = re.compile(
    r"""(?:textContent|innerText|title|placeholder|alert\(|confirm\(|aria-label",)[^;\n]*?["']([^"'\n]*[^\W\d_][^"'\n]*)["']"""
)


def in_script(source: str) -> list[str]:
    """Return the bare texts of a script, each with its line: sentences, and literals set where people read them."""
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        code = re.sub(r"(?<!:)//.*", "", line)
        sentences = [text for text in _SCRIPT_TEXT.findall(code) if _SENTENCE.fullmatch(text) and "<" not in text]
        found += [f"{number}: {text}" for text in sorted({*sentences, *_SHOWN_BY_SCRIPT.findall(code)})]
    return found


# --- Python -----------------------------------------------------------------------------------

TRANSLATES = {
    *("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"),
    *("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"),
}
LAZY = {"gettext_lazy", "ngettext_lazy", "pgettext_lazy", "npgettext_lazy", "gettext_noop"}
# Function or class -> the places of its arguments that people read (-1: all of them).
READ_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "Refused": (1,),
    "ValidationError": (0,),
    "ErrorDetail": (0,),
    "add_error": (1,),
    "success": (1,),
    "warning": (1,),
    "info": (1,),
    "error": (1,),
    "Column": (1,),
    "EmptyState": (-1,),
    "NavigationEntry": (0, 1),
    "Button": (0,),
    "Theme": (0,),
}
READ_KEYWORDS = {
    *("label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "placeholder", "title", "heading"),
    *(
        "text",
        "intro",
        "advice",
        "headline",
        "message",
        "hint",
        "submit_label",
        "action_label",
        "description",
        "success",
    ),
}
READ_NAMES = READ_KEYWORDS | {"short_description", "empty_value_display", "confirm"}
# Their texts are for whoever runs or changes the service: logs and terminals stay English.
UNSHOWN_CALLS = {
    *("debug", "log", "exception", "critical", "warn", "RuntimeError", "CommandError", "ImproperlyConfigured"),
    *("SystemExit", "AssertionError", "TypeError", "KeyError", "LookupError", "NotImplementedError", "OSError"),
    *("add_argument", "compile", "execute", "RawSQL", "RunSQL", "TemplateSyntaxError", "Warning", "Error", "Critical"),
    # Headings of other people's files, in all languages: compared, never shown.
    *("CsvColumn", "as_heading"),
    # Read by a monitoring system.
    "Gauge",
}
_SENTENCE = re.compile(r"\W*[A-Z][a-z'’]*\s+\S.*|.*[a-z]\s.*[.!?…]\s*|.*[\u4e00-\u9fff].*", re.DOTALL)
_SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|COPY|LOCK|LISTEN|NOTIFY|SET|TRUNCATE|FROM)\b"
)


def in_python(source: str) -> list[str]:
    """Return the bare texts of a module, each with its line."""
    tree = ast.parse(source)
    finder = _Finder()
    finder.visit(tree)
    return [f"{line}: {text}" for line, text in sorted(finder.found)]


def too_early(source: str) -> list[str]:
    """Return the calls that translate when a module is imported, for ever into the language of that moment."""
    tree = ast.parse(source)
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    lazy = LAZY | {alias.asname for alias in imports if alias.name in LAZY and alias.asname}
    found: list[str] = []

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if inside:
                for default in [*child.args.defaults, *child.args.kw_defaults]:
                    if default is not None:
                        walk(ast.Expression(default))
                continue
            if isinstance(child, ast.Call) and _called(child) in TRANSLATES - lazy:
                found.append(f"{child.lineno}: {ast.unparse(child)}")
            walk(child)

    walk(tree)
    return found


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: set[tuple[int, str]] = set()
        self._choices = False

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        logs = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value).endswith(
            ("log", "logger", "logging")
        )
        if name in TRANSLATES or name in UNSHOWN_CALLS or logs:
            return
        places = READ_ARGUMENTS.get(name, ())
        for at, argument in enumerate(node.args):
            if at in places or -1 in places:
                self._read(argument)
        labelled = any(keyword.arg == "label" for keyword in node.keywords)
        if re.fullmatch(r"forms\.\w+Field", ast.unparse(node.func)) and not labelled:
            self.found.add((node.lineno, f"{name} without a label shows its English name"))
        for keyword in node.keywords:
            if keyword.arg in READ_KEYWORDS or (-1 in places and keyword.arg not in {"action_url", "url"}):
                self._read(keyword.value)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._choices = self._choices, any("Choices" in ast.unparse(base) for base in node.bases)
        self._body(node)
        self._choices = outer

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._body(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> None:
        documented = ast.get_docstring(node) is not None
        for child in ast.iter_child_nodes(node):
            if not (documented and child is node.body[0]):
                self.visit(child)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id if isinstance(target, ast.Name) else getattr(target, "attr", "") for target in node.targets}
        if names & READ_NAMES:
            self._read(node.value)
        if self._choices and isinstance(node.value, ast.Tuple):
            self._read(node.value.elts[-1])
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in READ_NAMES:
                self._read(value)
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = _text(node)
        if text and _SENTENCE.fullmatch(text) and not _SQL.match(text):
            self.found.add((node.lineno, text))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and _SENTENCE.fullmatch(text) and not _SQL.match(text) and not _is_same(text):
            self.found.add((node.lineno, text))

    def _read(self, node: ast.expr) -> None:
        """Report the literal in a place that people read, whatever it looks like."""
        if isinstance(node, ast.IfExp):
            self._read(node.body)
            self._read(node.orelse)
            return
        text = _text(node)
        if text and _LETTER.search(text) and not _is_same(text):
            self.found.add((node.lineno, text))


def _text(node: ast.AST) -> str:
    """Return a literal's text, "{}" standing for what an f-string fills in; "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return _text(node.left)
    return ""
