"""The TLS port's certificate: what is made, when it is made anew, and which given ones are refused."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from config.web import certificates
from config.web.certificates import AUTHORITY, AUTHORITY_KEY, CERTIFICATE, KEY

NAMES = [AUTHORITY, AUTHORITY_KEY, CERTIFICATE, KEY]
HOSTS = [
    "ses.example.com",
    ".shop.example",
    "198.51.100.7",
    "[2001:db8::7]",
    "*",
    "Bücher.example",
    "",
    "0.0.0.0",
    "a b",
]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
PEM, CLEAR = serialization.Encoding.PEM, serialization.NoEncryption()


def read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES}


def changed(folder: Path, *hosts: str, now: datetime | None = None) -> set[str]:
    """Return which files a start makes anew."""
    before = read(folder)
    certificates.ensure(folder, hosts, now=now)
    return {name for name, content in read(folder).items() if content != before[name]}


@pytest.mark.parametrize(
    "name",
    ["localhost", "127.0.0.1", "::1", "ses.example.com", "a.shop.example", "198.51.100.7", "xn--bcher-kva.example"],
)
def test_a_client_that_trusts_the_authority_trusts_the_certificate_for_every_name(tmp_path: Path, name: str) -> None:
    certificates.ensure(tmp_path, HOSTS)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / CERTIFICATE, tmp_path / KEY)
    asking = ssl.create_default_context(cafile=str(tmp_path / AUTHORITY))
    # What Python 3.13 and later ask by default.
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    here, there = socket.socketpair()

    def serve() -> None:
        with serving.wrap_socket(there, server_side=True) as secured:
            secured.recv(1)

    with here, there:
        shaking = threading.Thread(target=serve)
        shaking.start()
        with asking.wrap_socket(here, server_hostname=name) as secured:
            assert secured.version() == "TLSv1.3"
            secured.send(b"x")
            shaking.join()


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, HOSTS)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) & 0o077 for name in (AUTHORITY_KEY, KEY)] == [0, 0]
    assert (tmp_path / KEY).read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


def test_a_later_start_keeps_what_is_good(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, HOSTS)
    assert changed(tmp_path, *HOSTS) == set()
    # One more name than is asked for harms nobody.
    assert changed(tmp_path, "ses.example.com") == set()


def test_a_new_host_or_time_renews_the_certificate_and_not_the_authority_that_people_trust(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, HOSTS)
    assert changed(tmp_path, "mail.example.com") == {CERTIFICATE, KEY}
    later = datetime.now(UTC) + certificates.VALID_FOR - certificates.RENEW_BEFORE + timedelta(days=1)
    assert changed(tmp_path, "mail.example.com", now=later) == {CERTIFICATE, KEY}
    assert changed(tmp_path, "mail.example.com", now=later) == set()


def test_an_authority_near_its_end_or_lost_is_made_anew_with_all_it_signed(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, HOSTS)
    end = datetime.now(UTC) + certificates.AUTHORITY_FOR - certificates.VALID_FOR + timedelta(days=1)
    assert changed(tmp_path, *HOSTS, now=end) == set(NAMES)
    (tmp_path / AUTHORITY_KEY).write_bytes((tmp_path / KEY).read_bytes())
    assert changed(tmp_path, *HOSTS) == set(NAMES)
    (tmp_path / KEY).write_bytes(b"-----BEGIN PRIV")
    assert changed(tmp_path, *HOSTS) == {CERTIFICATE, KEY}


def given(folder: Path) -> tuple[Path, Path]:
    certificates.ensure(folder, HOSTS)
    return folder / CERTIFICATE, folder / KEY


def test_a_good_pair_of_ones_own_is_taken(tmp_path: Path) -> None:
    certificate, key = given(tmp_path)
    certificates.check_given(certificate, key)
    # With its chain behind it, as certificate authorities hand it out.
    certificate.write_bytes(certificate.read_bytes() + (tmp_path / AUTHORITY).read_bytes())
    certificates.check_given(certificate, key)
    assert len(x509.load_pem_x509_certificates(certificate.read_bytes())) == 2


def test_what_cannot_be_served_is_refused_in_words(tmp_path: Path) -> None:
    certificate, key = given(tmp_path)
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    other = rsa.generate_private_key(65537, 2048)
    eight, traditional = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
    for content, said in (
        (other.private_bytes(PEM, eight, CLEAR), "is not the key of"),
        (other.private_bytes(PEM, traditional, CLEAR), "PKCS#8"),
        (loaded.private_bytes(PEM, traditional, CLEAR), "openssl pkey"),
        (loaded.private_bytes(PEM, eight, serialization.BestAvailableEncryption(b"x")), "has a password"),
        (b"nothing", "holds no PEM private key"),
        (certificate.read_bytes(), "holds no PEM private key"),
    ):
        bad = tmp_path / "bad.key"
        bad.write_bytes(content)
        with pytest.raises(certificates.UnusableCertificate, match=said):
            certificates.check_given(certificate, bad)
    for path, said in ((tmp_path / "none", "cannot be read"), (key, "holds no PEM certificate")):
        with pytest.raises(certificates.UnusableCertificate, match=said):
            certificates.check_given(path, key)
    with pytest.raises(certificates.UnusableCertificate, match="cannot be read"):
        certificates.check_given(certificate, tmp_path)


def pair_of(folder: Path, key: Key, *, mark: bytes = b"", begins: int = -1) -> tuple[Path, Path]:
    """Write a certificate that signs itself, valid for two days from so many days on, and its key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime.now(UTC) + timedelta(days=begins)
    built = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), begin, begin + timedelta(days=2)
    ).sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256())
    (folder / "own.pem").write_bytes(mark + built.public_bytes(PEM))
    (folder / "own.key").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, CLEAR))
    (folder / "own.key").chmod(0o600)
    return folder / "own.pem", folder / "own.key"


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["RSA", "P-256", "P-384", "Ed25519"],
)
def test_every_kind_of_key_that_the_server_signs_with_is_taken(tmp_path: Path, key: Key) -> None:
    certificate, written = pair_of(tmp_path, key)
    certificates.check_given(certificate, written)
    assert certificates.doubts_about_given(certificate, written) == []


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),
        ec.generate_private_key(ec.SECP521R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed448.Ed448PrivateKey.generate(),
    ],
    ids=["RSA of 1024 bits", "P-521", "secp256k1", "Ed448"],
)
def test_a_key_that_would_end_the_server_at_each_start_is_refused(tmp_path: Path, key: Key) -> None:
    with pytest.raises(certificates.UnusableCertificate, match="of a kind that is not served"):
        certificates.check_given(*pair_of(tmp_path, key))


def test_a_byte_order_mark_is_refused_because_the_server_would_end(tmp_path: Path) -> None:
    pair = pair_of(tmp_path, ec.generate_private_key(ec.SECP256R1()), mark=b"\xef\xbb\xbf")
    with pytest.raises(certificates.UnusableCertificate, match="byte order mark"):
        certificates.check_given(*pair)


@pytest.mark.parametrize(
    ("begins", "mode", "said"), [(-9, 0o600, "ended on"), (3, 0o600, "begins only"), (-1, 0o644, "read")]
)
def test_what_clients_will_not_trust_is_served_and_somebody_is_told(
    tmp_path: Path, begins: int, mode: int, said: str
) -> None:
    certificate, key = pair_of(tmp_path, ec.generate_private_key(ec.SECP256R1()), begins=begins)
    key.chmod(mode)
    certificates.check_given(certificate, key)
    (doubt,) = certificates.doubts_about_given(certificate, key)
    assert said in doubt


def test_a_clock_that_is_behind_makes_nothing_anew(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, HOSTS)
    assert changed(tmp_path, *HOSTS, now=datetime(1970, 1, 2, tzinfo=UTC)) == set()
