"""Mail servers that want TLS, certificates and passwords: a letter leaves only where it should."""

import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from models import Notice
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters import channels
from tasks.letters.deliver import DeliveryReport, deliver
from tests.parts.mail import ServeMail
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
NINE = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The certificate is among those the machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    channels._tls.cache_clear()
    yield
    channels._tls.cache_clear()


@pytest.fixture
def untrusted() -> Iterator[None]:
    """The certificate is not."""
    channels._tls.cache_clear()
    yield
    channels._tls.cache_clear()


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def knows_the_password(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    # What is not handled here the server refuses by itself.
    return AuthResult(success=(data.login, data.password) == (b"vekha", b"s3cret"), handled=False)


@pytest.fixture
def owed(small_world: World) -> World:
    """The small roadmap with one letter owed to the rector."""
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    assert not control_day(small_world.engine, today=WEDNESDAY, at=datetime.combine(WEDNESDAY, time(3), UTC)).failed
    return small_world


def send(world: World, folder: Path, url: str) -> DeliveryReport:
    settings = Settings(_env_file=None, data=folder, mail_url=SecretStr(url))
    return deliver(world.engine, settings=settings, at_source=lambda: NINE)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_letter_leaves_by_tls(
    owed: World, serve_mail: ServeMail, tmp_path: Path, certificate: Path, mode: str
) -> None:
    context = {"tls_context" if mode == "starttls" else "ssl_context": tls(certificate)}
    with serve_mail(**context, **({"require_starttls": True} if mode == "starttls" else {})) as server:
        assert send(owed, tmp_path, server.url(scheme="mailtos", more=f"&mode={mode}")).sent == 1
    assert server.how_taken == [(True, False)]


@pytest.mark.usefixtures("untrusted")
@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_certificate_nobody_vouches_for_is_refused_and_nothing_leaves(
    owed: World, serve_mail: ServeMail, tmp_path: Path, certificate: Path, mode: str
) -> None:
    with serve_mail(**{"tls_context" if mode == "starttls" else "ssl_context": tls(certificate)}) as server:
        report = send(owed, tmp_path, server.url(scheme="mailtos", more=f"&mode={mode}"))
        assert (report.sent, report.errors) == (0, ("сертификат почтового сервера не прошёл проверку",))
        assert server.taken == []
        assert [row["state"] for row in owed.rows(Notice)] == ["queued"]


@pytest.mark.usefixtures("untrusted")
def test_an_installation_may_trust_its_own_server_without_a_certificate(
    owed: World, serve_mail: ServeMail, tmp_path: Path, certificate: Path
) -> None:
    with serve_mail(ssl_context=tls(certificate)) as server:
        assert send(owed, tmp_path, server.url(scheme="mailtos", more="&mode=ssl&verify=no")).sent == 1
    assert server.how_taken == [(True, False)]


@pytest.mark.usefixtures("trusted")
def test_a_server_without_tls_gets_no_letter_when_tls_is_asked_for(
    owed: World, serve_mail: ServeMail, tmp_path: Path
) -> None:
    with serve_mail() as server:
        report = send(owed, tmp_path, server.url(scheme="mailtos", more="&mode=starttls"))
    assert (report.sent, report.errors) == (0, ("почтовый сервер недоступен (SMTPNotSupportedError)",))
    assert server.taken == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("password", "taken", "errors"),
    [
        pytest.param("s3cret", [(True, True)], (), id="the right password"),
        pytest.param("guess", [], ("почтовый сервер не принял имя или пароль (535)",), id="a wrong password"),
    ],
)
def test_a_password_opens_the_server(
    owed: World,
    serve_mail: ServeMail,
    tmp_path: Path,
    certificate: Path,
    caplog: pytest.LogCaptureFixture,
    password: str,
    taken: list[Any],
    errors: tuple[str, ...],
) -> None:
    how = {"tls_context": tls(certificate), "require_starttls": True, "auth_required": True}
    with serve_mail(authenticator=knows_the_password, **how) as server:
        report = send(owed, tmp_path, server.url(scheme="mailtos", login=f"vekha:{password}@", more="&mode=starttls"))
    assert (server.how_taken, report.errors) == (taken, errors)
    assert password not in caplog.text + str(owed.rows(Notice))


def test_a_server_that_knows_no_passwords_gets_none(owed: World, serve_mail: ServeMail, tmp_path: Path) -> None:
    with serve_mail() as server:
        report = send(owed, tmp_path, server.url(scheme="mailto", login="vekha:s3cret@", more="&mode=insecure"))
    assert (report.sent, report.errors) == (0, ("почтовый сервер недоступен (SMTPNotSupportedError)",))
    assert server.taken == []
