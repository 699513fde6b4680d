"""The unsubscribe line at the end of a mail, in the languages of the API's codes (pure)."""

from __future__ import annotations

from html import escape

from sending.unsubscribe_languages import language_of


def footer(code: str, url: str, *, site: str) -> tuple[str, str]:
    """Return the line as HTML and as text for a language code on "mainland" or "international"; "0" gives none."""
    if code == "0":
        return "", ""
    language = language_of(code, site)
    direction = ' dir="rtl"' if language.direction == "rtl" else ""
    line = (
        f'<p lang="{language.tag}"{direction} style="font-size:12px;color:#666;text-align:center">'
        f'{language.before_link} <a href="{escape(url)}">{language.link}</a></p>'
    )
    return line, f"{language.before_link} {language.link}: {url}"
