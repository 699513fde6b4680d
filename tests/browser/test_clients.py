"""The official SDKs and the CLI, unchanged, against the running product: in the clear and with TLS."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import tencentcloud

from tests.product import ROOT, Product
from tests.waiting import WAIT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CLIENTS = ROOT / ".clients"
PROGRAMS = Path(__file__).parent / "clients"
# The original's own sample, far below the 160 characters of the review.
SAMPLE = {"Text": "dGhpcyBpcyBhbiBleGFtcGxlIHt7Y29kZX19"}
NUMBER_FOR_TEXT = "The value type of parameter `Unsubscribe` is not valid, input type should be `string`"
LARGE = 40 * 1024 * 1024


class Wire:
    """The product's two ports, and what a program has to know to call them."""

    def __init__(self, product: Product) -> None:
        self.clear = f"127.0.0.1:{product.environment['SES_WEB_PORT']}"
        self.tls = f"localhost:{product.environment['SES_WEB_TLS_PORT']}"
        self.authority = Path(product.environment["SES_DATA_DIR"]) / "tls" / "ca.pem"
        self.key = product.demo["api"]
        self.sender, self.template = product.demo["sender"], product.demo["template_id"]
        self.data = json.dumps(product.demo["template_data"])
        self.output = product.output

    def calls(self, *, receiver: str = "") -> str:
        """Return it all, as the programs in `clients/` read it; one address may get ten mails an hour."""
        return json.dumps(
            {
                "secretId": self.key["secret_id"],
                "secretKey": self.key["secret_key"],
                "sender": self.sender,
                "template": self.template,
                "data": self.data,
                "authority": str(self.authority),
                "receiver": receiver,
                "endpoints": [
                    [self.clear, "http://"],
                    [self.clear.replace("127.0.0.1", "localhost"), "http://"],
                    [self.tls, "https://"],
                ],
            }
        )


@pytest.fixture(scope="module")
def wire(product: Product) -> Wire:
    if not all((CLIENTS / name / ".installed").exists() for name in ("cli", "international", "node")):
        pytest.fail("the official clients are not installed: run make test-programs")
    return Wire(product)


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a client with nothing of the tests' own environment but the path to its programs."""
    given = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=WAIT_SECONDS)


def judge(found: list[dict[str, Any]]) -> None:
    """Assert that each call came to what it must."""
    for call in found:
        said = call["is"]
        if call["did"] == "list":
            assert said["EmailSenders"], call
        elif call["did"] == "large":
            assert said["code"] == "RequestSizeLimitExceeded", call
        elif call["did"] == "refused":
            assert (said["code"], said["message"]) in {
                ("InvalidParameter", NUMBER_FOR_TEXT),
                ("MissingParameter", "The request is missing a required parameter `Subject`."),
            }, call
        elif "TemplatesMetadata" in said:
            assert said["TotalCount"] >= 1, call
        else:
            assert said["MessageId"].startswith("qcloudses-30-"), call


def test_both_node_sdks_call_by_every_way_of_signing(wire: Wire) -> None:
    node = {"NODE_PATH": str(CLIENTS / "node" / "node_modules"), "NODE_EXTRA_CA_CERTS": str(wire.authority)}
    done = run("node", PROGRAMS / "calls.js", CALLS=wire.calls(), **node)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {(call["name"], call["endpoint"]) for call in found} == {
        (name, endpoint)
        for name in ("mainland", "international")
        for endpoint in (wire.clear, wire.clear.replace("127.0.0.1", "localhost"), wire.tls)
    }
    judge(found)


@pytest.mark.parametrize(
    ("name", "folder"),
    [("mainland", Path(tencentcloud.__file__).parent), ("international", CLIENTS / "international" / "tencentcloud")],
)
def test_both_python_sdks_call_by_every_way_of_signing(wire: Wire, name: str, folder: Path) -> None:
    calls = wire.calls(receiver=f"{name}.test")
    done = run(sys.executable, PROGRAMS / "calls.py", CALLS=calls, PYTHONPATH=str(folder.parent))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert Path(said["file"]).parent == folder
    assert len({call["endpoint"] for call in said["found"]}) == 2
    judge(said["found"])


# --- the CLI, which knows nothing but https -------------------------------------------------------


class Cli:
    """The official CLI with a bundle of trusted authorities of its own."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self.wire, self.folder = wire, folder
        shutil.copytree(CLIENTS / "cli" / "certifi", folder / "certifi")

    def trust(self) -> None:
        """Do what the line says that a start prints."""
        with (self.folder / "certifi" / "cacert.pem").open("ab") as bundle:
            bundle.write(self.wire.authority.read_bytes())

    def __call__(self, action: str, **params: Any) -> subprocess.CompletedProcess[str]:
        given = [
            part
            for name, value in params.items()
            for part in (f"--{name}", value if isinstance(value, str) else json.dumps(value))
        ]
        return run(
            sys.executable, CLIENTS / "cli" / "bin" / "tccli", "ses", action, "--endpoint", self.wire.tls, *given,
            PYTHONPATH=f"{self.folder}{os.pathsep}{CLIENTS / 'cli'}", HOME=str(self.folder),
            TENCENTCLOUD_SECRET_ID=self.wire.key["secret_id"], TENCENTCLOUD_SECRET_KEY=self.wire.key["secret_key"],
            TENCENTCLOUD_REGION="ap-hongkong",
        )  # fmt: skip

    def answer(self, action: str, **params: Any) -> Mapping[str, Any]:
        """Return the answer to an action that succeeds."""
        done = self(action, **params)
        found: Mapping[str, Any] = json.loads(done.stdout)
        return found


def test_the_cli_works_over_tls_once_it_trusts_the_authority(wire: Wire, tmp_path: Path) -> None:
    cli = Cli(wire, tmp_path)
    distrusted = cli("ListEmailAddress")
    assert "CERTIFICATE_VERIFY_FAILED" in distrusted.stdout + distrusted.stderr
    (line,) = (line for line in wire.output if line.startswith("With TLS"))
    assert f'cat {wire.authority} >> "$(python -m certifi)"' in line
    cli.trust()

    assert cli.answer("ListEmailAddress")["EmailSenders"]
    sent = cli.answer(
        "SendEmail", FromEmailAddress=wire.sender, Subject="Hello", Destination=["delivered@inbox.test"],
        Template={"TemplateID": wire.template, "TemplateData": wire.data},
    )  # fmt: skip
    assert sent["MessageId"].startswith("qcloudses-30-")
    number = cli.answer("CreateEmailTemplate", TemplateName="TestName", TemplateContent=SAMPLE)["TemplateID"]
    listed = cli.answer("ListEmailTemplates", Offset=0, Limit=10)["TemplatesMetadata"]
    (row,) = (row for row in listed if row["TemplateID"] == number)
    assert (row["TemplateStatus"], "160" in row["ReviewReason"]) == (2, True)
    refused = cli("GetEmailTemplate", TemplateID=9_999_999)
    assert "InvalidParameterValue.TemplateNotExist" in refused.stdout + refused.stderr


# --- what no SDK shows ----------------------------------------------------------------------------


def connections(wire: Wire) -> list[HTTPConnection]:
    trusting = ssl.create_default_context(cafile=str(wire.authority))
    return [
        HTTPConnection(wire.clear, timeout=WAIT_SECONDS),
        HTTPSConnection(wire.tls, timeout=WAIT_SECONDS, context=trusting),
    ]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_all_before_it_reads_hears_that_it_was_too_much(wire: Wire, chunked: bool) -> None:
    piece = b" " * 65_536
    headers = {"Content-Type": "application/json", "X-TC-Action": "SendEmail", "Host": "ses.tencentcloudapi.com"}
    for connection in connections(wire):
        body = (piece for _ in range(LARGE // len(piece))) if chunked else piece * (LARGE // len(piece))
        connection.request("POST", "/", body=body, headers=headers, encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["Response"]["Error"]["Code"] == "RequestSizeLimitExceeded"
        connection.close()


def test_each_port_has_cookies_of_its_own_and_those_of_tls_are_secure(wire: Wire) -> None:
    names = []
    for connection in connections(wire):
        connection.request("GET", "/login/")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        cookies = answer.headers.get_all("Set-Cookie") or []
        assert [" Secure" in cookie for cookie in cookies] == [isinstance(connection, HTTPSConnection)] * len(cookies)
        names.append({cookie.split("=")[0] for cookie in cookies})
        connection.close()
    clear, tls = names
    assert clear
    assert tls
    assert not clear & tls
