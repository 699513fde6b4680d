"""A DKIM key record is read as RFC 6376 3.6.1 says: what it allows passes, what it forbids for mail does not."""

from __future__ import annotations

import base64
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from tests.domains.judged import DKIM, KEY, sentence_for, verdict

BARE = base64.b64encode(
    load_der_public_key(base64.b64decode(KEY)).public_bytes(Encoding.DER, PublicFormat.PKCS1)
).decode()
SHORT = base64.b64encode(
    generate_private_key(65537, 1024).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
# Made long ago; nobody makes a key of 512 bits today.
TOO_SHORT = (
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMbsZcWmHDWOpAbsU0j4OPjJk4FDHhJUGqJAv2M7"
    "rHTZHRZZQKOTvYjLNAfIs5SHCWFl2TDkgrwiOMPoQIx1y1MCAwEAAQ=="
)
ED25519 = base64.b64encode(
    Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"v=DKIM1; k=rsa; p={KEY}",
        f"p={KEY}",
        f"k=rsa; p={KEY}",
        f"v=DKIM1; p={KEY};",
        f"v=DKIM1; p={KEY[:50]}\t{KEY[50:]}",
        f"v=DKIM1;\tk=rsa;\tp={KEY[:50]}\t \t{KEY[50:]}\t",
        f"v=DKIM1; p={KEY[:50]}\r\n\t{KEY[50:]}",
        f"v = DKIM1 ; k = rsa ; p = {KEY[:50]} {KEY[50:]}",
        f"v=DKIM1; h=sha256; p={KEY}",
        f"v=DKIM1; h=sha1 : sha256; p={KEY}",
        f"v=DKIM1; s=email; p={KEY}",
        f"v=DKIM1; s=*; p={KEY}",
        f"v=DKIM1; s=tlsrpt : email; p={KEY}",
        f"v=DKIM1; t=s; p={KEY}",
        f"v=DKIM1; t=s:x; p={KEY}",
        f'v=DKIM1; p={KEY}; n=note=20"of" ours',
        f"v=DKIM1; p={KEY}; future=1; g=*",
        f"v=DKIM1; p={BARE}",
    ],
    # The key is another in every process.
    ids=count(1),
)
def test_a_legal_record_of_our_key_passes(text: str) -> None:
    found = verdict(DKIM, text)
    assert (found.state, found.reason) == ("passed", "")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((f'"v=DKIM1; k=rsa; p={KEY}"',), "Quotation marks"),
        ((f'v=DKIM1; k=rsa; p={KEY[:200]}" "{KEY[200:]}',), "Quotation marks"),
        ((f"v=DKIM1\\; k=rsa\\; p={KEY}",), "Quotation marks"),
        ((f"v=DKIM1; k=rsa; p={KEY[:200]}", KEY[200:]), "split over several"),
        ((KEY[200:], f"v=DKIM1; k=rsa; p={KEY[:200]}"), "split over several"),
        ((f"v=DKIM1; k=rsa; p={KEY}", "v=DKIM1; k=rsa; p=other"), "Keep only"),
        ((f"v=DKIM1; k=rsa; p={KEY}", "something"), "Keep only"),
        ((f"v=DKIM1; k=rsa; p={KEY[:200]}",), "cut off after 200 of"),
        ((f"v=DKIM1; k=rsa; p={KEY[:200]} {KEY[200:300]}",), "cut off after 300 of"),
        ((f"v=DKIM1; k=rsa; p=x{KEY}",), "different key"),
        ((f"v=DKIM1; p={SHORT}",), "different key"),
        ((f"v=DKIM1; p={TOO_SHORT}",), "of 512 bits"),
        ((f"v=DKIM1; k=ed25519; p={ED25519}",), "different key"),
        (("v=DKIM1; k=rsa; p=",), "revokes"),
        (("v=DKIM1; p= \t;",), "revokes"),
        (("v=DKIM1; k=rsa",), "no p="),
        ((f"v=DKIM1; k=ed25519; p={KEY}",), "k= is not rsa"),
        ((f"v=DKIM1; k=RSA; p={KEY}",), "k= is not rsa"),
        ((f"v=DKIM1; k=; p={KEY}",), "k= is not rsa"),
        ((f"v=DKIM1; h=sha1; p={KEY}",), "sha256"),
        ((f"v=DKIM1; h=; p={KEY}",), "sha256"),
        ((f"v=DKIM1; s=tlsrpt; p={KEY}",), "for email"),
        ((f"v=DKIM1; s=other:another; p={KEY}",), "for email"),
        ((f"v=DKIM1; t=y; p={KEY}",), "t=y"),
        ((f"v=DKIM1; t=s : y; p={KEY}",), "t=y"),
        ((f"v=DKIM2; p={KEY}",), "exactly DKIM1"),
        ((f"v=dkim1; p={KEY}",), "exactly DKIM1"),
        ((f"v=DKIM 1; p={KEY}",), "exactly DKIM1"),
        ((f"k=rsa; v=DKIM1; p={KEY}",), "must come first"),
        ((f"v=DKIM1; p={KEY}; p={KEY}",), "occurs twice"),
        ((f"v=DKIM1; k=rsa; k=rsa; p={KEY}",), "occurs twice"),
        ((f"v=DKIM1; P={KEY}",), "no p="),
        ((f"v=DKIM1; rubbish; p={KEY}",), "cannot read"),
        ((f"v=DKIM1;; p={KEY}",), "cannot read"),
        ((f"v=DKIM1; p={KEY[:50]}\n{KEY[50:]}",), "cannot read"),
        ((f"v=DKIM1 k=rsa p={KEY}",), "exactly DKIM1"),
        ((KEY,), "cannot read"),
    ],
)
def test_what_is_forbidden_or_not_ours_does_not_pass(values: tuple[str, ...], text: str) -> None:
    found = verdict(DKIM, *values)
    assert found.state == "wrong"
    assert text in sentence_for(DKIM, found)


@given(st.permutations(["k=rsa", f"p={KEY}", "n=x"]), st.lists(st.integers(1, len(KEY) - 1), max_size=5))
def test_blanks_in_the_key_and_the_order_of_tags_after_the_version_do_not_matter(
    tags: list[str], cuts: list[int]
) -> None:
    text = ";\t".join(["v=DKIM1", *tags])
    for cut in cuts:
        at = text.index("p=") + 2 + cut
        text = f"{text[:at]}{' ' if cut % 2 else chr(9)}{text[at:]}"
    assert verdict(DKIM, text).state == "passed"


@given(st.integers(0, len(KEY) - 1))
def test_a_key_with_one_other_letter_does_not_pass(at: int) -> None:
    other = KEY[:at] + ("B" if KEY[at] != "B" else "C") + KEY[at + 1 :]
    assert verdict(DKIM, f"v=DKIM1; k=rsa; p={other}").state == "wrong"


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{1,5}", fullmatch=True), st.from_regex(r"[!-:<-~]*", fullmatch=True))
)
def test_tags_that_nobody_knows_are_ignored(tags: dict[str, str]) -> None:
    text = "; ".join(["v=DKIM1", f"p={KEY}", *(f"{name}={value}" for name, value in tags.items())])
    assert verdict(DKIM, text).state == "passed"
