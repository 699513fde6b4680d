"""The name of an attached file is the same in every mail program, whatever it knows of the standards."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sending.mime.file_names import filename_parameter, name_parameter
from sending.mime.header_fields import Unsendable
from tests.sending.mime import readers

READERS = (readers.standard, readers.qq_mail, readers.outlook)
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=255)


def head(name: str) -> bytes:
    disposition = b"Content-Disposition: attachment" + filename_parameter(name)
    return b"Content-Type: application/pdf" + name_parameter(name) + b"\r\n" + disposition


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "name",
    [
        "二〇二六年度第三季度报告书.pdf",
        "二〇二六年度第三季.pdf",
        "发票.pdf",
        "長い名前のファイル・二〇二六年十一月の請求書とその明細.xlsx",
        "Rechnung März.pdf",
        "счёт.pdf",
        "👩‍👩‍👧‍👦.png",
        "invoice.pdf",
        "a" * 200 + ".txt",
        "=?utf-8?B?5Y+R56Wo?=.pdf",
        'q"uote\\.txt',
        "100%.pdf",
        "it's.pdf",
        "a;b=c,d.pdf",
        "长" * 251 + ".pdf",
    ],
)
def test_a_name_arrives_in_every_mail_program(reader, name):
    assert reader(head(name)) == name


@given(NAMES)
@example("长" * 255)
@example("😀" * 255)
def test_any_name_arrives_and_every_line_may_be_sent(name):
    written = head(name)
    assert [reader(written) for reader in READERS] == [name] * len(READERS)
    for line in written.split(b"\r\n"):
        assert len(line) <= 998
        # RFC 2047 2: a line with encoded words has at most 76 characters, each word at most 75.
        assert len(line) <= 76 or b"=?" not in line or b"*" in line
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?B\?[^?]*\?=", written))


def test_a_name_of_thirteen_chinese_characters_is_in_one_piece():
    name = "二〇二六年度第三季度报告书.pdf"
    assert len(name.removesuffix(".pdf")) == 13
    assert filename_parameter(name).startswith(b";\r\n\tfilename*=utf-8''%E4%BA%8C")
    assert filename_parameter(name).endswith(b"%E4%B9%A6.pdf")
    assert b"filename*0" not in filename_parameter(name)


def test_an_ascii_name_is_whole_between_quotes():
    name = "report-" + "x" * 240 + ".pdf"
    assert filename_parameter(name) == b';\r\n\tfilename="%s"' % name.encode()
    assert name_parameter(name) == b';\r\n\tname="%s"' % name.encode()


def test_only_a_name_that_no_line_can_hold_is_cut_and_never_within_a_character():
    pieces = filename_parameter("长" * 251 + ".pdf").split(b";\r\n\t")[1:]
    assert [piece.partition(b"=")[0] for piece in pieces] == [b"filename*0*", b"filename*1*", b"filename*2*"]
    assert b"filename*=" in filename_parameter("长" * 105 + ".pdf")


@pytest.mark.parametrize("bad", ["\r\nBcc: eve@b.test", "\n", "\t", "\0", "\u2028"])
def test_no_name_breaks_out(bad):
    for write in (name_parameter, filename_parameter):
        with pytest.raises(Unsendable):
            write(f"a{bad}.pdf")


def test_names_of_pieces_of_eighteen_characters_were_lost():
    # As names were written before; the rules of the readers are those that real users met.
    before = (
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n\tfilename*0*=utf-8''%E5%8F%91%E7%A5%A8;"
        b"\r\n\tfilename*1*=.pdf"
    )
    assert readers.standard(before) == "发票.pdf"
    assert readers.qq_mail(before) == "tcmime.1388.1527.1742.bin"
    assert readers.outlook(before) == "Untitled attachment"
