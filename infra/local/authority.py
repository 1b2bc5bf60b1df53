"""A certificate authority and keys for a machine of one's own: the demo's deployments speak HTTPS with each other."""

from __future__ import annotations

import base64
import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE: Final = timedelta(days=3650)
LEAF_LIFE: Final = timedelta(days=30)


def authority(folder: Path) -> Path:
    """The authority kept in `folder`, made where there is none. Returns its certificate's file."""
    file = folder / "authority.pem"
    if not file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Patchwork's demo on this machine")
        made = (
            _builder(name, name, key.public_key(), LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        _write(folder / "authority.key", _private(key))
        _write(file, made.public_bytes(serialization.Encoding.PEM))
    return file


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A new certificate of that authority for an IP address. Returns the files of certificate and key."""
    issuer = x509.load_pem_x509_certificate(authority(folder).read_bytes())
    signing = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), password=None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise TypeError("The authority's key is not one that was made here.")
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _builder(_name(address), issuer.subject, key.public_key(), LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write(folder / "server.pem", made.public_bytes(serialization.Encoding.PEM))
    _write(folder / "server.key", _private(key))
    return folder / "server.pem", folder / "server.key"


def console_key(folder: Path, name: str = "console-1") -> tuple[str, str]:
    """The console's signing key kept in `folder`, made where there is none: its own line, and the deployments'."""
    file = folder / "console.key"
    if not file.exists():
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        _write(file, f"{name}:{base64.b64encode(seed).decode()}".encode())
    line = file.read_text(encoding="ascii")
    kept, _colon, seed_written = line.partition(":")
    public = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed_written)).public_key().public_bytes_raw()
    return line, f"{kept}:{base64.b64encode(public).decode()}"


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:  # fmt: skip
    begins = datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes) -> None:
    """Readable by its owner alone, from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)
