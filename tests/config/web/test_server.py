from __future__ import annotations

import resource
import socket

from config.web import server


def test_the_server_knows_the_limits_of_the_rules(settings) -> None:  # type: ignore[no-untyped-def]
    command = server.command("127.0.0.1", 8123)
    said = dict(zip(command, command[1:], strict=False))
    assert (said["--interface"], said["--http"], said["--port"]) == ("asgi", "1", "8123")
    # The flood of short connections of decision 18 was tried with this one.
    assert said["--loop"] == "asyncio"
    assert said["--backpressure"] == str(settings.RULES.web_connections)
    assert said["--http1-header-read-timeout"] == "30000"
    assert "--respawn-failed-workers" in command


def test_the_tls_port_has_one_process_a_certificate_and_tls_1_2_at_least(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DATA_DIR, settings.TLS_CERT, settings.TLS_KEY = tmp_path, "", ""
    command = server.command("127.0.0.1", 8143, tls=True)
    said = dict(zip(command, command[1:], strict=False))
    assert (said["--workers"], said["--port"], command[-1]) == ("1", "8143", "config.front_tls:application")
    assert said["--ssl-protocol-min"] == "tls1.2"
    assert (said["--ssl-certificate"], said["--ssl-keyfile"]) == (
        str(tmp_path / "tls" / "server.pem"),
        str(tmp_path / "tls" / "server.key"),
    )
    assert "--ssl-certificate" not in server.command("127.0.0.1", 8123)
    settings.TLS_CERT, settings.TLS_KEY = "/a/chain.pem", "/a/key.pem"
    assert {"/a/chain.pem", "/a/key.pem"} < set(server.command("127.0.0.1", 8143, tls=True))


def test_a_certificate_is_made_only_where_none_is_given_and_told_with_the_way_to_trust_it(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DATA_DIR, settings.TLS_CERT, settings.WEB_TLS_PORT = tmp_path, "/a/chain.pem", 8143
    server.ensure_certificate()
    assert server.tls_line() == "With TLS   https://127.0.0.1:8143"
    settings.WEB_TLS_PORT, settings.TLS_CERT = None, ""
    server.ensure_certificate()
    assert server.tls_line() == ""
    assert not (tmp_path / "tls").exists()
    settings.WEB_TLS_PORT = 8143
    server.ensure_certificate()
    assert (tmp_path / "tls" / "server.pem").exists()
    line = server.tls_line()
    assert line.count("\n") == 0
    assert "https://127.0.0.1:8143" in line
    assert str(tmp_path / "tls" / "ca.pem") in line


def test_a_process_may_open_as_many_connections_as_it_takes() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        server.allow_connections(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 1124)
        server.allow_connections(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 1124)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_an_accepted_connection_is_cut_off_by_the_system_when_its_client_takes_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.cut_off_silent_readers(7)
        with socket.create_connection(listening.getsockname()) as client, listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7000
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0
