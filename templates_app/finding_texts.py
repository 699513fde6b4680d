"""What a screening found, as sentences in the active language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from accounts.mail.web_addresses import MAX_LENGTH
from templates_app.inspection import Fault, FaultCode
from templates_app.screening import Finding

HEADINGS: dict[str, str | Promise] = {
    "size": gettext_lazy("Size"),
    "length": gettext_lazy("Visible text"),
    "variables": gettext_lazy("Variables"),
    "images": gettext_lazy("Images"),
    "images_only": gettext_lazy("Text-to-image ratio"),
    "links": gettext_lazy("Links"),
    "forbidden_phrases": gettext_lazy("Forbidden phrases"),
    "active": gettext_lazy("Scripts and forms"),
    "outside_sheets": gettext_lazy("External style sheets"),
    "placeholders": gettext_lazy("Variable placement"),
}
FAULTS: dict[FaultCode, str | Promise] = {
    "starts_with_variable": gettext_lazy("“%(text)s” starts with a variable, so its domain is not fixed."),
    "no_domain": gettext_lazy("“%(text)s” has no domain. It must start with https:// and a domain name."),
    "domain_not_fixed": gettext_lazy("The domain of “%(text)s” is not fixed text up to the first slash."),
    "too_long": gettext_lazy("“%(text)s” is too long: a link may have at most %(limit)s characters."),
    "phrase": gettext_lazy("“%(text)s” (%(place)s)"),
    "unseen_phrase": gettext_lazy("“%(text)s” (%(place)s, in text that is not shown)"),
    "element": "<%(text)s>",
    "attribute": "%(text)s=",
    "scheme": gettext_lazy("an address with %(text)s:"),
    "redirect": gettext_lazy("an automatic redirect"),
    "style_sheet": "%(text)s",
    "style_runs": gettext_lazy("a style that runs code"),
    "in_comment": gettext_lazy("%(text)s is in a comment."),
    "in_element": gettext_lazy("%(text)s is inside <%(place)s>."),
    "not_quoted": gettext_lazy("%(text)s is in <%(place)s> outside a quoted value."),
    "after_bracket": gettext_lazy("A variable directly follows “<”."),
    "section_tag": gettext_lazy(
        "“%(text)s” is a section tag, and only {{name}} is filled. Write the text out, or send it as one variable."
    ),
    "no_variable": gettext_lazy("“%(text)s” is not a variable: a name consists of letters, digits, “_”, “-” and “.”."),
}
# The categories of the forbidden phrases that every installation begins with.
CATEGORIES = frozenset(
    {
        gettext_noop("Adding chat contacts"),
        gettext_noop("Cashback and rebates"),
        gettext_noop("Click farming"),
        gettext_noop("Debt collection"),
        gettext_noop("Drugs"),
        gettext_noop("Flash sales"),
        gettext_noop("Gambling"),
        gettext_noop("Invoices for sale"),
        gettext_noop("Joining groups"),
        gettext_noop("Loans"),
        gettext_noop("Lotteries and top-up draws"),
        gettext_noop("Malware"),
        gettext_noop("Phishing"),
        gettext_noop("Pornography"),
        gettext_noop("Religion and superstition"),
        gettext_noop("Spam"),
        gettext_noop("Violence and threats"),
    }
)
# Faults that a message names; of the others it says how many there are.
_MAX_SENTENCES, _MAX_NAMES = 3, 5


def heading(finding: Finding) -> str:
    """Return the name of the finding's rule."""
    return str(HEADINGS.get(finding.rule, finding.rule))


def message(finding: Finding) -> str:
    """Return what was found, and what is allowed."""
    text = _MESSAGES[finding.rule](finding)
    if not finding.one_of_two:
        return text
    part = gettext("HTML part") if finding.where == "html" else gettext("Text part")
    return gettext("%(part)s: %(message)s") % {"part": part, "message": text}


def faults(findings: Iterable[Finding]) -> str:
    """Return what does not pass, a line for each rule."""
    return "\n".join(message(finding) for finding in findings if not finding.passed)


def summary(findings: Sequence[Finding]) -> str:
    """Return the numbers of a screening in one short line."""
    by_rule = {finding.rule: finding for finding in findings}
    length, variables, images = (by_rule.get(rule) for rule in ("length", "variables", "images"))
    pieces = []
    if length:
        count = _number(length.value)
        pieces.append(ngettext("%(count)s character", "%(count)s characters", length.value) % {"count": count})
    if variables and variables.value:
        pieces.append(gettext("%(percent)d%% variables") % {"percent": percent(variables)})
    if images and images.value:
        pieces.append(ngettext("%(count)d image", "%(count)d images", images.value) % {"count": images.value})
    return " · ".join(pieces)


def join(sentences: Iterable[str]) -> str:
    """Return the sentences in a row, with what the active language puts between them; "" for none."""
    return reduce(
        lambda before, after: gettext("%(before)s %(sentence)s") % {"before": before, "sentence": after},
        list(sentences) or [""],
    )


def category(name: str) -> str:
    """Return a category of forbidden phrases in the active language; what staff added as it is."""
    return gettext(name) if name in CATEGORIES else name


def percent(finding: Finding) -> int:
    """Return the share that the finding's value has in its total."""
    return round(100 * finding.value / finding.total) if finding.total else 0


def _size(finding: Finding) -> str:
    values = {"size": _number(finding.value), "limit": _number(finding.limit)}
    return gettext("The template has %(size)s bytes; at most %(limit)s are allowed.") % values


def _length(finding: Finding) -> str:
    values = {"count": _number(finding.value), "limit": _number(finding.limit)}
    if finding.passed:
        return gettext("%(count)s visible characters; at least %(limit)s are needed.") % values
    missing = _number(finding.limit - finding.value)
    return gettext("%(count)s of %(limit)s visible characters, %(missing)s to go.") % {**values, "missing": missing}


def _variables(finding: Finding) -> str:
    if not finding.value:
        return gettext("There are no variables.")
    return gettext("%(count)s of %(total)s characters are variables (%(percent)d%%; at most 1 in %(one_in)d).") % {
        "count": _number(finding.value),
        "total": _number(finding.total),
        "percent": percent(finding),
        "one_in": finding.one_in,
    }


def _images(finding: Finding) -> str:
    return gettext("%(count)s of at most %(limit)s images.") % {
        "count": _number(finding.value),
        "limit": _number(finding.limit),
    }


def _images_only(finding: Finding) -> str:
    if not finding.value:
        return gettext("There are no images.")
    return gettext("There is text besides the images.") if finding.passed else gettext("There are images but no text.")


def _links(finding: Finding) -> str:
    return _sentences(finding) or gettext("Every link has a fixed domain.")


def _forbidden_phrases(finding: Finding) -> str:
    if finding.passed:
        return gettext("No forbidden phrase.")
    return gettext("Forbidden: %(names)s.") % {"names": _names(finding)}


def _active(finding: Finding) -> str:
    if finding.passed:
        return gettext("No script, form or frame.")
    return gettext("Not allowed in an email: %(names)s.") % {"names": _names(finding)}


def _outside_sheets(finding: Finding) -> str:
    if not finding.value:
        return gettext("None: all styles are in the template.")
    sheets = gettext("From elsewhere: %(names)s.") % {"names": _names(finding)}
    advice = gettext("Most mail programs drop it: check that the email is readable without, as the preview shows it.")
    return join([sheets, advice])


def _placeholders(finding: Finding) -> str:
    return _sentences(finding) or gettext("Every variable is in text or in a quoted attribute.")


def _sentences(finding: Finding) -> str:
    sentences = [_fault(fault) for fault in finding.faults[:_MAX_SENTENCES]]
    unnamed = len(finding.faults) - _MAX_SENTENCES
    if unnamed > 0:
        sentences.append(gettext("And %(count)s more.") % {"count": _number(unnamed)})
    return join(sentences)


def _names(finding: Finding) -> str:
    names = [_fault(fault) for fault in finding.faults[:_MAX_NAMES]]
    unnamed = len(finding.faults) - _MAX_NAMES
    if unnamed > 0:
        names.append(gettext("%(count)s more") % {"count": _number(unnamed)})
    return reduce(lambda before, name: gettext("%(before)s, %(name)s") % {"before": before, "name": name}, names)


def _fault(fault: Fault) -> str:
    return str(FAULTS[fault.code]) % {
        "text": fault.text,
        "place": category(fault.place),
        "limit": _number(MAX_LENGTH),
    }


def _number(value: int) -> str:
    return formats.number_format(value, force_grouping=True)


_MESSAGES: dict[str, Callable[[Finding], str]] = {
    "size": _size,
    "length": _length,
    "variables": _variables,
    "images": _images,
    "images_only": _images_only,
    "links": _links,
    "forbidden_phrases": _forbidden_phrases,
    "active": _active,
    "outside_sheets": _outside_sheets,
    "placeholders": _placeholders,
}
