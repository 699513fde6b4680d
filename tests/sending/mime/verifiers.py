"""Two independent DKIM verifiers, offline: dkimpy, and the opendkim filter in its test mode."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import dkim
import pytest

from tests.waiting import WAIT_SECONDS


def verify_with_both(raw: bytes, *, domain: str, selector: str, public_key: str) -> None:
    """Fail unless dkimpy and opendkim both find the mail's signature good; `public_key` is base64, as in p=."""
    name = f"{selector}._domainkey.{domain}"
    record = f"v=DKIM1; k=rsa; p={public_key}"
    verify_with_dkimpy(raw, {name: record})
    verify_with_opendkim([raw], {name: record})


def verify_with_dkimpy(raw: bytes, records: dict[str, str]) -> None:
    """Fail unless dkimpy finds the signature good; `records` maps TXT names to values."""
    answers = {f"{name}.".encode(): value.encode() for name, value in records.items()}
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: answers.get(name)), "dkimpy refuses the signature"


def verify_with_opendkim(mails: list[bytes], records: dict[str, str]) -> None:
    """Fail unless opendkim finds every mail's signature good."""
    program = shutil.which("opendkim", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not program:
        pytest.fail("opendkim is not installed; get it with: apt-get install opendkim")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        keys = place / "keys"
        keys.write_text("".join(f"{name} {value}\n" for name, value in records.items()))
        config = place / "opendkim.conf"
        config.write_text(f"Mode v\nTestPublicKeys {keys}\nRequireSafeKeys no\nSyslog no\nMaximumHeaders 0\n")
        files = []
        for number, mail in enumerate(mails):
            files.append(place / f"{number}.eml")
            files[-1].write_bytes(mail)
        done = subprocess.run(
            [program, "-x", str(config), "-vv", "-t", ",".join(map(str, files))],
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
        said = done.stdout + done.stderr
        verdicts = [line for line in said.splitlines() if "verification (s=" in line]
        passed = [line for line in verdicts if line.endswith("succeeded")]
        assert len(passed) == len(mails), "\n".join(verdicts) or said[-2000:]
