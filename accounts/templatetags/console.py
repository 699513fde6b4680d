"""The tags that pages are built with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from accounts.console import badges

register = template.Library()

_SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_NAME = re.compile(r"[a-z0-9-]+")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Return the Tabler outline icon `name` as inline SVG, hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        extra,
        _paths(name),
    )


@lru_cache(maxsize=512)
def _paths(name: str) -> SafeString:
    place = Path(settings.NODE_MODULES) / "@tabler/icons/icons/outline" / f"{name}.svg"
    found = _SVG.search(place.read_text()) if _NAME.fullmatch(name) and place.exists() else None
    if not found:
        raise template.TemplateSyntaxError(f"There is no icon {name!r} in @tabler/icons")
    # The package's own file, not anybody's input.
    return mark_safe(re.sub(r">\s+<", "><", found.group(1).strip()))  # noqa: S308


@register.inclusion_tag("console/_badge.html")
def badge(state: object, text: str = "") -> dict[str, Any]:
    """Show a state as label, icon and colour; `text` replaces the state's own label."""
    return {"label": text or badges.label(state), "style": badges.style(state)}


@register.simple_tag
def when(moment: datetime | None, style: str = "relative") -> SafeString:
    """Show a time in the user's zone: relative with the full time as its title, or "absolute" the other way round."""
    if moment is None:
        return format_html('<span class="text-secondary">{}</span>', "–")
    local = timezone.localtime(moment)
    full = f"{formats.date_format(local, 'DATETIME_FORMAT')} {zone_name(local)}"
    near = relative(moment, timezone.now())
    shown, title = (full, near) if style == "absolute" else (near, full)
    exact = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', exact, title, shown)


def zone_name(local: datetime) -> str:
    """Return the zone of `local` as "UTC" or "UTC+08:00 Asia/Shanghai"."""
    name = timezone.get_current_timezone_name()
    offset = local.strftime("%z")
    return "UTC" if name == "UTC" else f"UTC{offset[:3]}:{offset[3:5]} {name}"


def relative(moment: datetime, now: datetime) -> str:
    """Return "5 min ago", "in 3 days", or the date when it is more than 30 days away."""
    span = now - moment
    ahead = span < timedelta(0)
    seconds = int(abs(span).total_seconds())
    if seconds < 45:
        return gettext("in a moment") if ahead and seconds > 5 else gettext("just now")
    minutes, hours, days = max(1, seconds // 60), seconds // 3600, seconds // 86_400
    if days > 30:
        return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
    if days:
        later = ngettext("in %(count)d day", "in %(count)d days", days)
        ago = ngettext("%(count)d day ago", "%(count)d days ago", days)
        return (later if ahead else ago) % {"count": days}
    if hours:
        return (gettext("in %(count)d h") if ahead else gettext("%(count)d h ago")) % {"count": hours}
    return (gettext("in %(count)d min") if ahead else gettext("%(count)d min ago")) % {"count": minutes}


@register.simple_tag(takes_context=True)
def query_set(context: template.Context, **changes: Any) -> str:
    """Return this page's query string with `changes`; None or "" removes a name."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def number(value: float | None) -> str:
    """Return a number with thousands separators; a dash for none."""
    return "–" if value is None else formats.number_format(value, force_grouping=True)


_CONTROLS: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.Select: "form-select",
}


@register.inclusion_tag("console/_field.html")
def field(bound: forms.BoundField, label: str = "", *, mark_optional: bool = True) -> dict[str, Any]:
    """Show a form's field with label, help and errors, wired for screen readers.

    `mark_optional=False` leaves out the word "optional", where the label itself says when the field is required.
    """
    widget = bound.field.widget
    many = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    if many:
        widget.attrs["class"] = "form-check-input"
        if _first_wrong(bound):
            widget.attrs["autofocus"] = True
    return {
        "field": bound,
        "label": label or bound.label,
        "control": control(bound),
        "check": isinstance(widget, forms.CheckboxInput),
        "many": many,
        "optional": mark_optional
        and not bound.field.required
        and not isinstance(widget, forms.CheckboxInput)
        and not many,
    }


def _first_wrong(bound: forms.BoundField) -> bool:
    """Say whether this is where a refused form is mended first."""
    errors = bound.form.errors
    return bound.name == next((name for name in bound.form.fields if name in errors), None)


@register.simple_tag
def control(bound: forms.BoundField, extra: str = "") -> SafeString:
    """Return the field's widget alone, with the classes and references it needs."""
    widget = bound.field.widget
    kind = next((name for base, name in _CONTROLS.items() if isinstance(widget, base)), "form-control")
    classes = [str(widget.attrs.get("class", "")), kind, extra, "is-invalid" if bound.errors else ""]
    attrs: dict[str, Any] = {"class": " ".join(part for part in classes if part)}
    described = [f"{bound.id_for_label}_help"] if bound.help_text else []
    if bound.form.is_bound and bound.form.errors.keys() - {NON_FIELD_ERRORS}:
        # In the place of the field where an empty form begins.
        attrs["autofocus"] = _first_wrong(bound)
    if bound.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.id_for_label}_errors")
    if described and bound.id_for_label:
        attrs["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs=attrs)
