"""The pages as a browser meets them: name, certificate, what the proxy hands on, Prefect behind the log-in."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from deployments.doctor.finding import Finding, bad, good, warning
from models.settings import Settings
from tasks.prefect.names import UI_BASE

PAGES, CERTIFICATE, PROXY, PREFECT = "Адрес страниц", "Сертификат", "Прокси", "Страницы Prefect"
VARIABLE = "VEKHA_PUBLIC_URL"
SECONDS = 4.0
SOON = timedelta(days=14)
NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: a certificate is proven but for its days, which are read off it."""
NOBODY = "203.0.113.7"
"""An address of documentation (RFC 5737): nobody has it."""
NGINX = "nginx: proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;"
#: OpenSSL's codes of a certificate that does not hold → words, and the remedy.
_UNPROVEN = {
    9: ("ещё не действует", "проверьте часы этой машины и сервера"),
    18: ("подписан сам собой, браузеры его не примут", "получите сертификат удостоверяющего центра"),
    **dict.fromkeys(
        (62, 64), ("выдан на другое имя", f"получите сертификат на имя из {VARIABLE} или поправьте эту настройку")
    ),
}
_UNKNOWN_ISSUER = (
    "выдан центром, которого эта машина не знает",
    "отдавайте цепочку целиком (fullchain); свой корневой центр добавьте в хранилище машины: update-ca-certificates",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pages said of whom they see, and from where we asked."""

    own: str
    address: str
    scheme: str
    is_forwarded: bool
    version: str


def as_browser(settings: Settings, *, at: datetime) -> Iterator[Finding]:
    """All of it, from here; what is unproven is said, and the rest is looked at all the same."""
    parts = urlsplit(settings.pages_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (socket.gaierror, UnicodeError):
        yield bad(PAGES, f"имени «{host}» нет в DNS", f"поправьте {VARIABLE} или добавьте запись DNS")
        return
    context = ssl.create_default_context()
    if parts.scheme == "https":
        proof = certificate(host, port, at=at)
        yield proof
        if proof.state == "bad":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with httpx.Client(verify=context, timeout=SECONDS, trust_env=False, base_url=settings.pages_url) as client:
        seen = _seen(client, parts)
        if isinstance(seen, Finding):
            yield seen
            return
        yield good(PAGES, f"{settings.pages_url}, отвечают")
        if seen.version != (ours := version("vekha")):
            yield warning(PAGES, f"версия страниц — {seen.version}, а здесь — {ours}", "обновите одно из двух")
        yield judged(seen, parts, addresses, settings.proxies)
        if seen.is_forwarded and _believes_strangers(client):
            words = "заголовок X-Forwarded-For, присланный посетителем, доходит до страниц: назовётся любой адрес"
            yield bad(PROXY, words, NGINX)
        yield _prefect(client)


def certificate(host: str, port: int, *, at: datetime) -> Finding:
    """Whether browsers take it, and for how long yet."""
    try:
        ends = _ends(host, port, ssl.create_default_context())
    except ssl.SSLCertVerificationError as unproven:
        if unproven.verify_code == 10:
            return _ended(host, port)
        words, remedy = _UNPROVEN.get(unproven.verify_code, _UNKNOWN_ISSUER)
        return bad(CERTIFICATE, f"сайта {host} {words}", remedy)
    except ssl.SSLError:
        return bad(CERTIFICATE, f"{host}:{port} отвечает не по TLS", "включите TLS у прокси, в nginx: listen 443 ssl")
    except OSError:
        return bad(CERTIFICATE, f"{host}:{port} не отвечает", f"запустите прокси; проверьте {VARIABLE} и сеть")
    left = ends - at
    if left < SOON:
        return warning(CERTIFICATE, f"сайта {host} кончится {ends:%d.%m.%Y}", "продлите его сейчас")
    return good(CERTIFICATE, f"сайта {host} действует до {ends:%d.%m.%Y}")


def _ended(host: str, port: int) -> Finding:
    context = ssl.create_default_context()
    context.verify_flags |= NO_CHECK_TIME
    try:
        words = f"сайта {host} кончился {_ends(host, port, context):%d.%m.%Y}"
    except OSError:
        words = f"сайта {host} кончился"
    return bad(CERTIFICATE, words, "продлите его и перечитайте настройки прокси, в nginx: nginx -s reload")


def _ends(host: str, port: int, context: ssl.SSLContext) -> datetime:
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as line,
    ):
        said: Any = line.getpeercert()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said["notAfter"]), UTC)


def _seen(client: httpx.Client, parts: SplitResult) -> Seen | Finding:
    shown = parts.geturl()
    start = "запустите «vekha up» или «vekha serve web»"
    try:
        with client.stream("GET", "/healthz") as answer:
            own = answer.extensions["network_stream"].get_extra_info("client_addr")[0]
            answer.read()
    except httpx.HTTPError:
        return bad(PAGES, f"{shown} не отвечает", f"{start}, проверьте прокси и {VARIABLE}")
    if answer.is_redirect:
        there = urlsplit(answer.headers.get("location", ""))
        root = f"{there.scheme}://{there.netloc}" if there.netloc else there.path
        return bad(PAGES, f"{shown} отсылает на {root}", f"впишите в {VARIABLE} адрес, который открывается сразу")
    if answer.status_code == 401:
        remedy = "пропускайте страницы без входа: у исполнителей нет учётной записи, «Контроль» спрашивает пароль сам"
        return bad(PAGES, "прокси требует входа для всех страниц", remedy)
    if answer.status_code in (502, 503, 504):
        return bad(PAGES, f"прокси отвечает ({answer.status_code}), а страниц за ним нет", f"{start}")
    try:
        said = answer.json()
        caller = said["caller"]
        return Seen(own, caller["address"], caller["scheme"], bool(caller["forwarded"]), said["version"])
    except (ValueError, KeyError, TypeError):
        words = f"по адресу {shown} отвечает не «Веха» (код {answer.status_code})"
        return bad(PAGES, words, f"направьте прокси на порт страниц (4280) или поправьте {VARIABLE}")


def judged(seen: Seen, parts: SplitResult, addresses: set[str], proxies: str | None) -> Finding:
    """Whether the pages know who asks and how, where a proxy may stand between."""
    is_told_scheme, is_told_address = seen.scheme == parts.scheme, seen.address == seen.own
    whose = f"страницы видят адрес {seen.address} и {seen.scheme}"
    if is_told_scheme and is_told_address:
        return good(PROXY, f"{whose}, как и есть" if seen.is_forwarded else f"{whose}, между ними никого нет")
    is_proxys = not is_told_address and (
        seen.address in addresses or _is_loopback(seen.address) or _is_among(seen.address, proxies)
    )
    if not seen.is_forwarded and (is_proxys or not is_told_scheme):
        return bad(PROXY, f"{whose}: прокси не передаёт, кто и как обратился", NGINX)
    if seen.is_forwarded and (is_proxys or not (is_told_scheme or is_told_address)):
        words = f"{whose}, а это сам прокси: ему не верят, и все посетители для них — один"
        return bad(PROXY, words, f"впишите адрес прокси: VEKHA_PROXIES={seen.address}, и перезапустите страницы")
    if not is_told_scheme:
        return bad(PROXY, f"{whose}, а открыты по {parts.scheme}: прокси не передаёт X-Forwarded-Proto", NGINX)
    words = f"{whose}, а обращение было с {seen.own}"
    return warning(PROXY, words, "верно, если между ними NAT; если это адрес прокси — впишите его в VEKHA_PROXIES")


def _is_loopback(address: str) -> bool:
    return _is_among(address, "127.0.0.0/8,::1")


def _is_among(address: str, networks: str | None) -> bool:
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(given in ipaddress.ip_network(one, strict=False) for one in (networks or "").split(",") if one)


def _believes_strangers(client: httpx.Client) -> bool:
    try:
        said = client.get("/healthz", headers={"X-Forwarded-For": NOBODY}).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(said["caller"]["address"] == NOBODY)


def _prefect(client: httpx.Client) -> Finding:
    """Who is not logged in must get nothing of it."""
    try:
        answer = client.get(f"{UI_BASE}/ui-settings")
    except httpx.HTTPError:
        return warning(PREFECT, "не отвечают", "проверьте прокси и сервер Prefect")
    if answer.status_code in (401, 403) or answer.is_redirect:
        return good(PREFECT, f"{UI_BASE}/ закрыты паролем «Контроля»")
    if answer.is_success:
        remedy = f"ведите {UI_BASE}/ на порт страниц, а не прямо на сервер Prefect"
        return bad(PREFECT, f"{UI_BASE}/ открыты без входа", remedy)
    remedy = f"прокси должен отдавать страницам и {UI_BASE}/; пароль «Контроля» должен быть задан"
    return warning(PREFECT, f"{UI_BASE}/ не открываются (код {answer.status_code})", remedy)
