"""accounts.csv.decoding: files of spreadsheets are read in the encoding they were saved in, or refused with the line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv.decoding import decode

CHINESE = "邮箱地址,原因\r\nann@example.com,客户要求退订\r\nbob@example.com,王喆的旧邮箱\r\n"
# What files that are not ours to read hold in the code pages of the West.
WESTERN = [
    "ann@example.com,Müller möchte keine Post\n",
    "ann@bücher.example",
    "a@x.test,Côté préféré à l'été\n",
    "a@x.test,Señor Muñoz pidió la baja\n",
    "a@x.test,Straße\n",
]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16-LE"),
        ("utf-32", "UTF-32-LE"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
    ],
)
def test_files_of_spreadsheets_are_decoded(encoding: str, name: str) -> None:
    assert (decode(CHINESE.encode(encoding)).text, decode(CHINESE.encode(encoding)).encoding) == (CHINESE, name)


def test_utf_16_of_the_other_order_and_without_a_mark() -> None:
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be")).text == CHINESE
    plain = "ann@example.com\nbob@example.com\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode(plain.encode(encoding)).text == plain
        assert decode(CHINESE.encode(encoding)).text == CHINESE


def test_one_chinese_name_is_enough() -> None:
    assert decode("email,name\na@x.test,张伟\n".encode("gb18030")).text == "email,name\na@x.test,张伟\n"
    assert decode("邮箱\na@x.test\n".encode("gbk")).text == "邮箱\na@x.test\n"


@pytest.mark.parametrize("text", WESTERN)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_text_is_not_taken_for_chinese(text: str, encoding: str) -> None:
    with pytest.raises(ValueError, match="Line 2 is not UTF-8"):
        decode(f"email\n{text}".encode(encoding))


def test_russian_text_is_not_taken_for_chinese() -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        decode("a@x.test,Просил больше не писать\n".encode("cp1251"))


def test_a_file_that_breaks_off_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="Line 2 is not UTF-8"):
        decode("\ufeffa@x.test\nb@x.test,é".encode()[:-1])
    with pytest.raises(ValueError, match="Line 2 is broken: .* UTF-16-LE"):
        decode(("\ufeffa@x.test\n" + "b").encode("utf-16-le")[:-1])


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        decode(content).text.encode()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_utf_8_is_always_read_as_it_is(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()).text == text
