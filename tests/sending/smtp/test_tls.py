"""TLS towards receivers: nothing older than 1.2 (RFC 8996), a certificate that holds where a password is sent."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from sending.smtp.client import Connection, NotOpen, Timing
from sending.smtp.host import Host
from sending.smtp.result import Failure, SmtpResult
from sending.smtp.tls import tls_context
from tests.sending.smtp.sink import Sink, serve
from tests.waiting import WAIT_SECONDS

PATIENT = Timing(connect=WAIT_SECONDS, reply=WAIT_SECONDS, final=WAIT_SECONDS)


def refused(sink: Sink, *, address: str = "127.0.0.1", tls: bool = False) -> SmtpResult:
    """Log in to the sink as to a relay and return why that failed."""

    async def run() -> None:
        async with serve(sink, tls=tls) as port:
            host = Host("relay.test", address, port, tls, "me", "secret-word")
            await Connection.open(host, "me.test", PATIENT)

    with pytest.raises(NotOpen) as caught:
        asyncio.run(run())
    return caught.value.smtp_result


@pytest.mark.parametrize("verify", [True, False])
def test_nothing_older_than_tls_1_2_is_spoken(verify: bool) -> None:
    assert tls_context(verify=verify).minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_relay_is_verified_by_name_and_certificate_and_a_mail_host_is_not() -> None:
    relay, mail_host = tls_context(verify=True), tls_context(verify=False)
    assert (relay.verify_mode, relay.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (mail_host.verify_mode, mail_host.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize("tls", [False, True], ids=["STARTTLS", "TLS from the start"])
def test_no_password_leaves_for_a_relay_whose_certificate_does_not_hold(context: ssl.SSLContext, tls: bool) -> None:
    sink = Sink(context=context)
    assert "CERTIFICATE_VERIFY_FAILED" in refused(sink, tls=tls).text
    assert not any(line.startswith("AUTH") for line in sink.lines)
    # And there is no second try in clear text, as there is for a mail host.
    assert sink.connections <= 1


def test_no_password_leaves_in_clear_text() -> None:
    sink = Sink()
    result = refused(sink, address="localhost")
    assert (result.failure, result.stage) == (Failure.TLS, "auth")
    assert not any(line.startswith("AUTH") for line in sink.lines)


def test_a_mail_host_that_is_not_verified_gets_its_mail_over_tls_from_the_start(context: ssl.SSLContext) -> None:
    async def run() -> str:
        async with serve(Sink(context=context), tls=True) as port:
            connection = await Connection.open(Host("mx.test", "127.0.0.1", port, True), "me.test", PATIENT)
            result = await connection.send("a@me.test", "b@mx.test", b"Hello\r\n.\r\n")
            await connection.close()
            return result.tls

    assert asyncio.run(run()).startswith("TLSv1.")
