"""The TLS port's certificate (RFC 5280): the one that was given, or one that this copy's own authority signs."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import idna
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# The names of the files that `ensure` makes.
AUTHORITY, AUTHORITY_KEY, CERTIFICATE, KEY = "ca.pem", "ca.key", "server.pem", "server.key"
AUTHORITY_FOR = timedelta(days=3650)
# Apple's devices take no longer one of an authority that their user trusts; renewed at a start, long before its end.
VALID_FOR = timedelta(days=820)
RENEW_BEFORE = timedelta(days=400)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnusableCertificate(ValueError):
    """The given certificate or key cannot be served; the text says why."""


def names_of(hosts: Sequence[str]) -> list[x509.GeneralName]:
    """Return the names that a certificate of this machine has: its own, loopback's, and the hosts it answers to."""
    names: dict[x509.GeneralName, None] = {}
    for host in ("localhost", "127.0.0.1", "::1", socket.gethostname(), *hosts):
        if name := _general_name(host):
            names[name] = None
    return list(names)


def _general_name(host: str) -> x509.GeneralName | None:
    """Return one name, of ".shop.example" its wildcard; None for what no certificate can name."""
    host = host.strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        return None if address.is_unspecified else x509.IPAddress(address)
    try:
        name = idna.encode(host.removeprefix("."), uts46=True).decode()
    except idna.IDNAError:
        return None
    return x509.DNSName(f"*.{name}" if host.startswith(".") else name)


def ensure(folder: Path, hosts: Sequence[str], *, now: datetime | None = None) -> None:
    """Make or renew, where needed, the authority, the certificate for `hosts` and their keys in `folder`."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _load(folder / AUTHORITY, folder / AUTHORITY_KEY)
    # One that is not valid yet is kept: rather than having been made too early, this machine's clock is behind.
    if authority is None or authority[0].not_valid_after_utc < now + VALID_FOR:
        authority = _make_authority(now)
        _store(folder / AUTHORITY, folder / AUTHORITY_KEY, authority)
    names = names_of(hosts)
    served = _load(folder / CERTIFICATE, folder / KEY)
    if served is None or not _is_good(served[0], authority[0], names, now):
        _store(folder / CERTIFICATE, folder / KEY, _make_certificate(authority, names, now))


def check_given(certificate: Path, key: Path) -> None:
    """Raise UnusableCertificate unless the web server can serve this certificate with this key."""
    try:
        chain_text = certificate.read_bytes()
        chain = x509.load_pem_x509_certificates(chain_text)
    except OSError as error:
        raise UnusableCertificate(f"{certificate} cannot be read: {error.strerror}") from None
    except ValueError:
        raise UnusableCertificate(f"{certificate} holds no PEM certificate") from None
    try:
        text = key.read_bytes()
        private = serialization.load_pem_private_key(text, None)
    except OSError as error:
        raise UnusableCertificate(f"{key} cannot be read: {error.strerror}") from None
    except TypeError:
        raise UnusableCertificate(f"{key} has a password: remove it with openssl pkey -in {key} -out NEW") from None
    except ValueError:
        raise UnusableCertificate(f"{key} holds no PEM private key") from None
    if b"-----BEGIN PRIVATE KEY-----" not in text:
        raise UnusableCertificate(f"{key} is not in PKCS#8: convert it with openssl pkey -in {key} -out NEW")
    if _public(private.public_key()) != _public(chain[0].public_key()):
        raise UnusableCertificate(f"{key} is not the key of the first certificate in {certificate}")
    if not _is_servable(private):
        raise UnusableCertificate(
            f"{key} is of a kind that is not served: take RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519"
        )
    for path, content in ((certificate, chain_text), (key, text)):
        if content.startswith(_BYTE_ORDER_MARK):
            raise UnusableCertificate(f"{path} begins with a byte order mark: save it without one")


def doubts_about_given(certificate: Path, key: Path, *, now: datetime | None = None) -> list[str]:
    """Return what is wrong with a pair that can be served all the same; the product goes on, and somebody is told."""
    now, doubts = now or datetime.now(UTC), []
    served = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    if served.not_valid_after_utc < now:
        doubts.append(f"{certificate} ended on {served.not_valid_after_utc:%Y-%m-%d}")
    if served.not_valid_before_utc > now:
        doubts.append(f"{certificate} begins only on {served.not_valid_before_utc:%Y-%m-%d}")
    if key.stat().st_mode & 0o004:
        doubts.append(f"everybody on this machine can read {key}")
    return doubts


def _is_servable(key: object) -> bool:
    """Say whether the web server can sign with a key: what rustls does with ring, and no more."""
    if isinstance(key, rsa.RSAPrivateKey):
        return 2048 <= key.key_size <= 4096
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1)
    return isinstance(key, ed25519.Ed25519PrivateKey)


Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _load(certificate: Path, key: Path) -> Signed | None:
    """Return what was stored; None when one of both is missing, broken, or not of the other."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        return None
    return (loaded, private) if _public(loaded.public_key()) == _public(private.public_key()) else None


def _is_good(
    served: x509.Certificate, authority: x509.Certificate, names: list[x509.GeneralName], now: datetime
) -> bool:
    try:
        served.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    held = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names) <= set(held) and served.not_valid_after_utc >= now + RENEW_BEFORE


def _make_authority(now: datetime) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"SES console of {socket.gethostname()[:30]}, {now:%Y-%m-%d}")
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        _builder(name, name, key, now, AUTHORITY_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return built.sign(key, hashes.SHA256()), key


def _make_certificate(authority: Signed, names: list[x509.GeneralName], now: datetime) -> Signed:
    issuer, issuer_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    built = (
        _builder(_name("SES console"), issuer.subject, key, now, VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
    )
    return built.sign(issuer_key, hashes.SHA256()), key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, length: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of clients may be behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + length)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _public(key: object) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(key.public_bytes(encoding, form))  # type: ignore[attr-defined]


def _store(certificate_file: Path, key_file: Path, signed: Signed) -> None:
    certificate, key = signed
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The key first: a start that is cut off between the two finds a pair that does not fit, and makes it anew.
    _write(key_file, private, 0o600)
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
