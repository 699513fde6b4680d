"""The product's web server with real sockets: clients that stall, drip, hang up or flood, and an honest one beside them."""

from __future__ import annotations

import json
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from accounts.models import ApiKey
from tests.accounts.api.calls import tc3_headers
from tests.folders import data_folder
from tests.product import Product, start, stop

# What is started for the whole file is started once.
pytestmark = pytest.mark.xdist_group("front")

PATIENCE = 60.0
# What a client that only stalls sends: it is cut off much later than a test takes.
STALL_SECONDS = "300"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A running product that is patient with clients that stall, so that they are all still there at the end of a test."""
    with data_folder() as folder:
        patient = {
            "SES_RULE_WEB_SILENCE_SECONDS": STALL_SECONDS,
            "SES_RULE_WEB_HEADER_SECONDS": "60",
            "SES_RULE_API_CALLS_PER_SECOND": "1000",
        }
        running = start(folder, **patient)
        yield running
        stop(running)


@pytest.fixture
def held(product: Product) -> Iterator[Callable[[bytes, int], None]]:
    """Open connections that send some bytes and no more; at the end of the test the server still holds all of them."""
    connections: list[socket.socket] = []

    def hold(sent: bytes, count: int) -> None:
        for _ in range(count):
            connection = _connect(product)
            connection.sendall(sent)
            connections.append(connection)

    yield hold
    ended = [connection for connection in connections if _is_readable(connection)]
    for connection in connections:
        connection.close()
    assert ended == []


def _is_readable(connection: socket.socket) -> bool:
    # Not select(): it takes no descriptor above 1,023.
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _connect(product: Product) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(product.environment["SES_WEB_PORT"])), timeout=PATIENCE)


def _ask(
    product: Product,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", int(product.environment["SES_WEB_PORT"]), timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _raw(product: Product, *parts: bytes) -> bytes:
    """Return everything the server answers until it closes the connection."""
    with _connect(product) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


def _call(product: Product, action: str, params: dict[str, Any], *, chunked: bool = False) -> dict[str, Any]:
    api = product.demo["api"]
    key = ApiKey(secret_id=api["secret_id"], secret_key=api["secret_key"])
    body = json.dumps(params).encode()
    headers = tc3_headers(key, action, body=body, Host=api["endpoint"])
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = b"1\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (body[:1], len(body) - 1, body[1:])
    status, text = _ask(product, "POST", "/", body, headers)
    assert status == 200, text
    return json.loads(text)["Response"]  # type: ignore[no-any-return]


def _everybody_is_served(product: Product) -> None:
    """Ask health, API, tracking, unsubscription, console and a front-end file, ten times."""
    for _ in range(10):
        assert _ask(product, "GET", "/healthz")[0] == 200
        assert "Error" not in _call(product, "ListEmailAddress", {})
        assert _ask(product, "GET", "/t/o/none")[0] == 200
        assert _ask(product, "POST", "/u/none", b"List-Unsubscribe=One-Click")[0] == 404
        assert _ask(product, "GET", "/login/")[0] == 200
        assert _ask(product, "GET", "/static/img/mark.svg")[0] == 200


def _post(path: str, length: int = 1000) -> bytes:
    """Return a request whose body the product has to read, up to its first byte."""
    kind = "application/json" if path == "/" else "application/x-www-form-urlencoded"
    signed = "Authorization: TC3-HMAC-SHA256 x\r\nX-TC-Action: SendEmail\r\n" if path == "/" else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n{signed}"
    return f"{head}Content-Length: {length}\r\n\r\n{{".encode()


CHUNKED = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"


def test_everybody_is_served_while_a_hundred_bodies_stall(product: Product, held: Callable[[bytes, int], None]) -> None:
    for sent in (_post("/"), _post("/login/"), _post("/u/none"), _post("/", 8_000_000), CHUNKED):
        held(sent, 20)
    _everybody_is_served(product)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ",
        _post("/"),
        CHUNKED,
        _post("/login/")[:-1],
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half of the chunks", "no body"],
)
def test_an_honest_client_is_served_while_500_others_stall(
    product: Product, held: Callable[[bytes, int], None], sent: bytes
) -> None:
    held(sent, 500)
    _everybody_is_served(product)


def test_an_honest_client_is_served_while_500_others_read_nothing(product: Product) -> None:
    folder = Path(product.environment["SES_DATA_DIR"])
    largest = max(folder.glob("static/vendor/*.js"), key=lambda path: path.stat().st_size)
    asked = f"GET /{largest.relative_to(folder)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 8
    connections = []
    for _ in range(500):
        connection = socket.socket()
        # The system holds little on the client's side: the rest has to wait at the server.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", int(product.environment["SES_WEB_PORT"])))
        connection.sendall(asked)
        connections.append(connection)
    _everybody_is_served(product)
    for connection in connections:
        # Alive: what was sent of the answer is there.
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        connection.close()


def test_a_call_in_chunks_is_answered_as_any_other(product: Product) -> None:
    assert "Error" not in _call(product, "ListEmailAddress", {}, chunked=True)


def test_a_call_whose_client_hangs_up_in_the_middle_is_not_executed(product: Product) -> None:
    known, recipient = product.demo, f"never-sent-{os.getpid()}@inbox.test"
    params = {
        "FromEmailAddress": known["sender"],
        "Subject": "Never sent",
        "Destination": [recipient],
        "Template": {"TemplateID": known["template_id"], "TemplateData": json.dumps(known["template_data"])},
    }
    body = json.dumps(params).encode()
    key = ApiKey(secret_id=known["api"]["secret_id"], secret_key=known["api"]["secret_key"])
    headers = tc3_headers(key, "SendEmail", body=body, Host=known["api"]["endpoint"])
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    # What comes is a whole call with its signature; one byte more was promised.
    promised = f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body) + 1}\r\n\r\n".encode() + body
    for _ in range(3):
        with _connect(product) as connection:
            connection.sendall(promised)
    with _connect(product) as connection:
        connection.sendall(promised + b" ")
        assert b"AuthFailure.SignatureFailure" in connection.recv(65_536)
    day = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    query = {"RequestDate": day, "Offset": 0, "Limit": 10, "ToEmailAddress": recipient}
    assert _call(product, "GetSendEmailStatus", query)["EmailStatusList"] == []


def test_a_body_of_more_than_8_mb_is_refused_in_words_of_the_api(product: Product) -> None:
    status, text = _ask(product, "POST", "/", bytes(9_000_000), {"Content-Type": "application/json"})
    assert status == 200
    assert json.loads(text)["Response"]["Error"]["Code"] == "RequestSizeLimitExceeded"


def test_a_body_that_comes_in_pieces_is_whole(product: Product) -> None:
    with _connect(product) as connection:
        connection.sendall(_post("/", 200_001))
        for _ in range(20):
            connection.sendall(b" " * 10_000)
        assert b"AuthFailure" in connection.recv(65_536)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Many: a\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Many: a\r\n" * 10_000 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: a=" + b"b" * 50_000 + b"\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 200),
        (b"GET http://127.0.0.1/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 200),
        (b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET /login/ HTTP/1.0\r\n\r\n", 200),
        (b"GET /login/ HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", 200),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            400,
        ),
        # RFC 9112 6.3: the chunks count.
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 200),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400),
        (
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
            200,
        ),
        (b"GET /u/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /%zz/%ff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n", 200),
    ],
)
def test_odd_requests_get_an_answer(product: Product, request_: bytes, status: int) -> None:
    assert _raw(product, request_).split(b" ", 2)[1] == str(status).encode()


def test_requests_in_one_packet_are_answered_in_their_order(product: Product) -> None:
    last = b"GET /t/o/none HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answer = _raw(product, b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + last)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"text/html") < answer.index(b"image/gif")


def test_a_head_request_gets_no_body(product: Product) -> None:
    answer = _raw(product, b"HEAD /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")


def test_a_client_that_waits_for_100_continue_gets_it(product: Product) -> None:
    with _connect(product) as connection:
        connection.sendall(_post("/", 2)[:-1].replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{}")
        assert b"Error" in connection.recv(65_536)


def test_a_foreign_host_writes_one_line_and_health_answers_it(product: Product) -> None:
    names = [f"{number}.foreign-{os.getpid()}.example" for number in range(2)]
    began = len(product.output)
    for name in names:
        assert _ask(product, "GET", "/login/", headers={"Host": name})[0] == 400
        assert _ask(product, "GET", "/healthz", headers={"Host": name})[0] == 200
        deadline = time.monotonic() + PATIENCE
        while not any(name in line for line in product.output):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    # What the first request wrote beside its line came before the second's.
    lines = [line for line in product.output[began:] if line.lstrip().startswith("web |")]
    assert len(lines) == 2
    assert [line for line in lines if "Traceback" in line] == []
