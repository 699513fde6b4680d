"""What is wrong with a record is stored as a code and shown in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from domains import records
from domains.models import DnsRecord
from domains.reasons import OUTCOMES, REASONS, SPF_ERRORS, sentence

FOLDER = Path(records.__file__).parent
JUDGES = ("mx_records", "key_records", "judging", "spf/judgement", "spf/evaluation", "dmarc/judgement")


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    source = "".join((FOLDER / f"{name}.py").read_text() for name in JUDGES)
    codes = set(re.findall(r'"((?:mx|spf|dkim|dmarc)_[a-z_]+)[ "]', source))
    found = codes | set(re.findall(r'f?"(quoted|unreachable|alias|misplaced)[ "]', source))
    assert found == set(REASONS) | set(SPF_ERRORS)
    # The states of a verdict are no reasons.
    assert "dkim_cut" in codes


def test_every_outcome_of_a_look_up_has_its_text() -> None:
    source = "".join((FOLDER / f"{name}.py").read_text() for name in ("spf/evaluation", "dmarc/discovery"))
    outcomes = set(re.findall(r'_show\(at, "(\w+)"', source)) | set(re.findall(r'outcome = "(\w+)"', source))
    assert outcomes <= set(OUTCOMES)


@pytest.mark.parametrize("code", sorted([*REASONS, *SPF_ERRORS]))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_can_be_filled(code: str, language: str) -> None:
    kind = code.partition("_")[0]
    expected = {"spf": "v=spf1 include:spf.ses.test ~all", "dkim": "v=DKIM1; p=abc"}.get(kind, "mx.ses.test.")
    about = "spf_look_ups 12" if code == "spf_others" else "a.d.test.d.test"
    row = DnsRecord(kind=kind, host="a.d.test", expected=expected, seen="v=DKIM1; p=a", reason=f"{code} {about}")
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
