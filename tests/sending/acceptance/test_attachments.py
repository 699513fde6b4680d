"""Names of files: what may travel, and every spelling of what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.acceptance.attachments import ALLOWED, check_name

REFUSED = ["exe", "bat", "js", "cmd", "com", "msi", "hta", "mp4", "wav", "chm", "lnk", "7z", "iso"]


@pytest.mark.parametrize("extension", sorted(ALLOWED))
def test_allowed_types_pass_in_any_case(extension: str) -> None:
    check_name(f"report.{extension}")
    check_name(f"Bericht-März.{extension.upper()}")


@pytest.mark.parametrize("extension", REFUSED)
@pytest.mark.parametrize("spelling", [
    "a.{}", "a.{upper}", "a.pdf.{}", "a.{}.", "a.{} ", "a.{}..", "a.{}::$DATA", "a.{}\0.pdf", "a.{}\u200b", "a.{}\u202e",
    "fdp\u202e.{}", "a.{wide}", "a\uff0e{}", "a.{}/", "a.{}\\", "a.{}\n", "a.{};.", "a. {}", "a.\u00ad{}",
])  # fmt: skip
def test_refused_types_pass_in_no_spelling(extension: str, spelling: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in extension)
    with pytest.raises(ValueError, match="file name|Rename|extension|type"):
        check_name(spelling.format(extension, upper=extension.upper(), wide=wide))


@pytest.mark.parametrize(
    "name", ["", "pdf", ".pdf", "..pdf", "a b.pdf", "a/b.pdf", "a?.pdf", 'a".pdf', "x" * 252 + ".pdf"]
)
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="."):
        check_name(name)


@given(st.text(max_size=40))
def test_whatever_passes_ends_in_an_allowed_type(name: str) -> None:
    try:
        check_name(name)
    except ValueError:
        return
    assert "\r" not in name
    assert "\n" not in name


@pytest.mark.parametrize("mark", ["／", "＼", "：", "＂", "＜"])
def test_a_mark_in_full_width_is_the_mark(mark: str) -> None:
    with pytest.raises(ValueError, match="Rename the file"):
        check_name(f"a{mark}b.pdf")
