"""Text of strangers' mails, in the charset that they name or in the one that they use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail import charsets


@pytest.mark.parametrize(
    ("words", "written_in", "named"),
    [
        ("退信：朱镕基", "gb18030", "gb2312"),
        ("退信：朱镕基", "gb18030", "GBK"),
        ("退信：朱镕基", "gb18030", "x-gbk"),
        ("無法投遞", "big5", "Big5"),
        ("配信できません①", "cp932", "shift_jis"),
        ("配信できません", "iso2022_jp", "ISO-2022-JP"),
        ("배달되지 않았습니다 뷁", "cp949", "ks_c_5601-1987"),
        ("не доставлено", "koi8-r", "koi8-r"),
        ("nicht übermittelt", "utf-8", "utf8"),
        ("邮件无法投递", "gb18030", "utf-8"),
        # No charset, or one that says nothing: by the bytes.
        ("邮件无法投递", "utf-8", ""),
        ("邮件无法投递", "gb18030", ""),
        ("邮件无法投递", "gb18030", "us-ascii"),
        ("邮件无法投递 550 User unknown", "gb18030", "unknown-8bit"),
        ("Zurück: nicht übermittelt, für Ärzte", "latin-1", ""),
        ("Zurück: nicht übermittelt", "latin-1", "no-such-charset"),
    ],
)
def test_text_is_read_as_it_was_written(words: str, written_in: str, named: str) -> None:
    assert charsets.text(words.encode(written_in), named) == words


def test_a_text_cut_off_within_a_character_is_read_up_to_there() -> None:
    assert charsets.text("无法投递".encode()[:-1]) == "无法投"
    assert charsets.text("无法投递".encode("gb18030")[:-1]) == "无法投"


@pytest.mark.parametrize(
    "name", ["zlib", "idna", "punycode", "unicode_escape", "rot13", "x\x00y", "undefined", "base64"]
)
def test_pythons_own_transformations_are_no_charsets(name: str) -> None:
    assert charsets.codec(name) is None
    assert charsets.text(b"plain words", name) == "plain words"


@given(st.binary(max_size=300), st.text(max_size=20) | st.sampled_from(["gb2312", "utf-7", "iso-2022-jp", "utf-16"]))
def test_any_bytes_are_text_in_any_charset(data: bytes, charset: str) -> None:
    assert isinstance(charsets.text(data, charset), str)
