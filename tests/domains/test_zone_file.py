"""The snippet is what a name server reads back as the same records."""

from __future__ import annotations

from dataclasses import dataclass

import dns.rdatatype
import dns.zone
from hypothesis import given
from hypothesis import strategies as st

from domains.zone_file import snippet


@dataclass
class Line:
    type: str
    host: str
    expected: str


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=800))
def test_a_name_server_reads_the_records_back(text: str) -> None:
    lines = [Line("MX", "d.test", "mx.ses.test."), Line("TXT", "_x.d.test", text)]
    zone = dns.zone.from_text(snippet(lines), origin="test.", relativize=False, check_origin=False)
    assert zone.get_rdataset("d.test.", "MX")[0].to_text() == "5 mx.ses.test."
    strings = zone.get_rdataset("_x.d.test.", "TXT")[0].strings
    assert b"".join(strings).decode() == text
    assert all(len(string) <= 255 for string in strings)


def test_one_record_stands_on_one_line() -> None:
    assert snippet([Line("TXT", "_dmarc.d.test", "v=DMARC1; p=none")]) == (
        '_dmarc.d.test. 3600 IN TXT "v=DMARC1; p=none"'
    )
