"""What is wrong with a record is stored as a code and shown in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from domains import records
from domains.models import DnsRecord
from domains.reasons import REASONS, sentence


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    source = Path(records.__file__).read_text()
    codes = set(re.findall(r'"((?:mx|spf|dkim|dmarc)_\w+|quoted|unreachable)"', source))
    assert codes | {"alias", "misplaced"} == set(REASONS)
    # The states of a verdict are no reasons.
    assert "dkim_cut" in codes


@pytest.mark.parametrize("code", sorted(REASONS))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_can_be_filled(code: str, language: str) -> None:
    kind = code.partition("_")[0]
    expected = {"spf": "v=spf1 include:spf.ses.test ~all", "dkim": "v=DKIM1; p=abc"}.get(kind, "mx.ses.test.")
    row = DnsRecord(
        kind=kind, host="a.d.test", expected=expected, seen="v=DKIM1; p=a", reason=f"{code} a.d.test.d.test"
    )
    with translation.override(language):
        text = sentence(row)
    assert text
    assert "%(" not in text


def test_the_sentence_follows_the_reader() -> None:
    row = DnsRecord(kind="mx", host="d.test", expected="mx.ses.test.", reason="mx_missing")
    assert sentence(row) == "There is no MX record. Enter mx.ses.test. with priority 5."
    with translation.override("zh-hans"):
        assert sentence(row) == "没有 MX 记录。请填写 mx.ses.test.，优先级 5。"


def test_a_record_that_passed_has_none() -> None:
    assert sentence(DnsRecord(kind="mx", host="d.test", expected="mx.ses.test.")) == ""
