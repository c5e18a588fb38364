"""Certificates, and servers that show them."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.settings import Settings
from tests.parts.mail import free_port

HERE = "127.0.0.1"


@dataclass
class Authority:
    """Signs certificates of this machine; who it is, is in a file."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def certificate(
        self, *, days: float, since: float = -30, address: str = HERE, is_self_signed: bool = False
    ) -> ssl.SSLContext:
        """What a server shows: valid for so many days from now, since so many days."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        signed = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_self_signed else self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=since))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(names, critical=False)
            .sign(key if is_self_signed else self.key, hashes.SHA256())
        )
        path = self.folder / f"{signed.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@contextmanager
def _authority(folder: Path) -> Iterator[Authority]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of tests")])
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Authority(folder, key, name)
    found.file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    yield found


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that this machine knows."""
    with _authority(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.file))
        yield found


@pytest.fixture
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """One that it does not know."""
    with _authority(tmp_path_factory.mktemp("stranger")) as found:
        yield found


@pytest.fixture(autouse=True)
def nobody_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the environment of the run, or of this machine, is not what is looked at."""
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """Settings of an installation of which nothing runs."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return Settings(_env_file=None, data=data, port=free_port(), web_port=free_port())
