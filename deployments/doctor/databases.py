"""Vekha's own database and the Prefect server's: reached, of the right schema, with the extension."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import URL, NullPool, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel import Session

from deployments.doctor.finding import Finding, bad, good, warning
from models.db.glance import SECONDS, glancing_engine, is_absent
from models.db.migrate import newest_revision, schema_of
from models.settings import Settings, with_driver
from tasks.installation import differences, fingerprint

OURS, PREFECTS, INSTALLATION = "База данных", "База Prefect", "Установка"
OUR_VARIABLE, PREFECTS_VARIABLE = "VEKHA_DATABASE_URL", "VEKHA_PREFECT_DATABASE_URL"
EXTENSION = "pg_trgm"
OLDEST_POSTGRES = 14

#: What PostgreSQL calls a refusal (appendix A of its manual) → words, and the remedy.
_REFUSALS = {
    "28P01": ("пароль или имя не подошли", "поправьте имя и пароль в {variable}"),
    "28000": ("пользователя нет или ему не разрешено подключаться отсюда", "проверьте имя и pg_hba.conf сервера"),
    "3D000": ("на сервере нет такой базы", "создайте её: CREATE DATABASE {database} OWNER {user}"),
    "42501": ("пользователю не разрешено подключаться к базе", "GRANT CONNECT ON DATABASE {database} TO {user}"),
    "53300": ("на сервере кончились подключения", "увеличьте max_connections сервера"),
    "57P03": ("сервер запускается или останавливается", "подождите минуту и повторите"),
    "55000": ("база закрыта для подключений", "откройте: ALTER DATABASE {database} ALLOW_CONNECTIONS true"),
}


def own(settings: Settings, *, is_start: bool = False) -> Iterator[Finding]:
    """Reached, and the schema is this program's; an older one is no hindrance to a start, which brings it up."""
    url = settings.database
    if is_absent(url):
        yield warning(OURS, f"{settings.shown_database}: файла ещё нет", "его создаст первый запуск")
        return
    with glancing_engine(url) as engine:
        try:
            with engine.connect() as connection:
                facts = _facts(connection) if engine.dialect.name == "postgresql" else {}
            there = schema_of(engine)
        except (SQLAlchemyError, sqlite3.Error) as refused:
            yield refusal(url, OURS, OUR_VARIABLE, said=refused)
            return
    yield good(OURS, f"{settings.shown_database}, отвечает")
    yield from _kept_well(OURS, facts)
    found = _schema(there, may_create=facts.get("may_create", True), user=make_url(url).username)
    is_brought_up = is_start and there < newest_revision() and facts.get("may_create", True)
    if not is_brought_up:
        yield found


def _facts(connection: Any) -> dict[str, Any]:
    return dict(connection.execute(text(_FACTS)).mappings().one())


_FACTS = """
    SELECT current_setting('server_encoding') AS encoding,
           current_setting('server_version_num')::int / 10000 AS version,
           coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
"""


def _kept_well(name: str, facts: dict[str, Any]) -> Iterator[Finding]:
    if facts.get("encoding", "UTF8") != "UTF8":
        remedy = "создайте базу заново: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        yield bad(name, f"кодировка базы — {facts['encoding']}, а не UTF8", remedy)
    if facts.get("version", OLDEST_POSTGRES) < OLDEST_POSTGRES:
        yield warning(name, f"PostgreSQL {facts['version']} стар", f"обновите сервер до {OLDEST_POSTGRES} или новее")


def _schema(there: str, *, may_create: bool, user: str | None) -> Finding:
    name, known = "Схема базы данных", newest_revision()
    if there == known:
        return good(name, f"{there}, новейшая")
    if not may_create:
        grant = f"владельцем базы: GRANT CREATE ON SCHEMA public TO {user or 'ПОЛЬЗОВАТЕЛЬ'}"
        return bad(name, f"{there or 'таблиц нет'}, а создавать таблицы пользователю не разрешено", grant)
    if not there:
        return warning(name, "таблиц ещё нет", "их создаст первый запуск")
    if there < known:
        remedy = "сохраните копию базы и запустите «vekha status» этой версией: схема обновится"
        return bad(name, f"старая: {there}, программе нужна {known}", remedy)
    return bad(name, f"новее программы: {there}, программа знает {known}", "обновите программу на этой машине")


def installation(settings: Settings) -> Iterator[Finding]:
    """The settings of this process are those of the installation; nothing is said where it is not known yet."""
    url = settings.database
    if is_absent(url):
        return
    with glancing_engine(url) as engine:
        if schema_of(engine) != newest_revision():
            return
        with Session(engine) as session:
            without_mail = set(differences(session, settings, sends=False))
            every = differences(session, settings)
    remedy = "задайте здесь то же, что у установки; если сменилась она — «vekha settings --adopt»"
    for line in every:
        if line in without_mail:
            yield bad(INSTALLATION, line, remedy)
        else:
            yield warning(INSTALLATION, line, f"{remedy}; для машины, где только страницы, это не ошибка")
    if not every:
        mine = fingerprint(settings)
        marks = f"папка {mine.folder[:8] or '—'}, ключ {mine.link_key[:8] or '—'}"
        yield good(INSTALLATION, f"настройки те же, что у установки; отпечаток: {marks}")


def prefects(settings: Settings) -> Iterator[Finding]:
    """Reached the way the Prefect server does it, with the extension there or to be made."""
    url = settings.prefect_database
    if not url:
        yield good(PREFECTS, "SQLite в папке данных")
        return
    try:
        facts = asyncio.run(_prefects_facts(url))
    except Exception as refused:
        yield refusal(url, PREFECTS, PREFECTS_VARIABLE, said=refused)
        return
    shown, database = make_url(url).render_as_string(hide_password=True), make_url(url).database
    yield good(PREFECTS, f"{shown}, отвечает")
    yield from _kept_well(PREFECTS, facts)
    if facts["installed"]:
        yield good(PREFECTS, f"расширение {EXTENSION} есть")
    elif not facts["available"]:
        yield bad(PREFECTS, f"на сервере нет расширения {EXTENSION}", "установите пакет postgresql-contrib")
    elif facts["may_extend"]:
        yield good(PREFECTS, f"расширение {EXTENSION} создаст первый запуск")
    else:
        remedy = f"администратором в базе {database}: CREATE EXTENSION {EXTENSION}"
        yield bad(PREFECTS, f"расширения {EXTENSION} нет, и создать его пользователю не разрешено", remedy)
    if not facts["has_tables"] and not facts["may_create"]:
        grant = f"владельцем базы: GRANT CREATE ON SCHEMA public TO {make_url(url).username}"
        yield bad(PREFECTS, "таблиц нет, а создавать их пользователю не разрешено", grant)


async def _prefects_facts(url: str) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": SECONDS})
        async with engine.connect() as connection:
            return await _read_facts(connection)


async def _read_facts(connection: AsyncConnection) -> dict[str, Any]:
    found = await connection.execute(text(_PREFECTS_FACTS), {"extension": EXTENSION})
    return dict(found.mappings().one())


#: A trusted extension may be made by whoever may create in the database; any other by a superuser.
_PREFECTS_FACTS = f"""
    SELECT facts.*,
           EXISTS (SELECT FROM pg_extension WHERE extname = :extension) AS installed,
           EXISTS (SELECT FROM pg_available_extensions WHERE name = :extension) AS available,
           to_regclass('alembic_version') IS NOT NULL AS has_tables,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR (
               has_database_privilege(current_database(), 'CREATE')
               AND EXISTS (SELECT FROM pg_available_extension_versions WHERE name = :extension AND trusted)
           ) AS may_extend
      FROM ({_FACTS}) AS facts
"""


def refusal(url: str, name: str, variable: str, *, said: BaseException) -> Finding:
    """Why a database is not reached: the network is asked step by step, then the server by its own codes.

    What a driver says is in the language of the server; a code is the same everywhere.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return bad(name, f"{parts.database} не открыть ({_first_line(said)})", "проверьте файл, права и место на диске")
    if problem := _network(parts, name, variable):
        return problem
    code, words = asyncio.run(_code(url))
    if code in _REFUSALS:
        what, remedy = _REFUSALS[code]
        filled = remedy.format(variable=variable, database=parts.database, user=parts.username)
        return bad(name, f"{_place(parts)}: {what}", filled)
    if isinstance(said, TypeError) or "invalid URI query parameter" in str(said):
        remedy = f"уберите его из {variable}; TLS в адресе Prefect — ssl=require, в адресе «Вехи» — sslmode=require"
        return bad(name, f"в адресе лишний параметр: {', '.join(sorted(parts.query))}", remedy)
    return bad(name, f"{_place(parts)}: {words or _first_line(said)}", f"проверьте {variable} и журнал PostgreSQL")


def _network(parts: URL, name: str, variable: str) -> Finding | None:
    """What is wrong before the server has said a word; a socket of this machine has no network."""
    host, port = parts.host, parts.port or 5432
    if not host or host.startswith("/") or "," in host:
        return None
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except socket.gaierror:
        return bad(name, f"сервера с именем «{host}» нет в сети", f"поправьте имя в {variable} или запись DNS")
    except ConnectionRefusedError:
        remedy = f"запустите PostgreSQL, проверьте его listen_addresses и порт в {variable}"
        return bad(name, f"{host}:{port} не принимает подключений", remedy)
    except TimeoutError:
        return bad(name, f"{host}:{port} не отвечает", "проверьте сеть и межсетевой экран до этого сервера")
    except (OSError, UnicodeError) as unreached:
        return bad(name, f"до {host}:{port} не дойти ({_first_line(unreached)})", f"проверьте сеть и {variable}")
    return None


async def _code(url: str) -> tuple[str, str]:
    """The code of the refusal and, where it is none that we know, what was said."""
    engine = create_async_engine(_for_asyncpg(url), poolclass=NullPool, connect_args={"timeout": SECONDS})
    try:
        async with asyncio.timeout(SECONDS), engine.connect():
            return "", ""
    except Exception as refused:
        code = getattr(refused, "sqlstate", None) or getattr(getattr(refused, "orig", None), "sqlstate", None)
        return code or "", _first_line(refused)


def _for_asyncpg(url: str) -> URL:
    """TLS is called otherwise there."""
    parts = make_url(with_driver(url, "asyncpg"))
    query = {("ssl" if key == "sslmode" else key): value for key, value in parts.query.items()}
    return parts.set(query={key: value for key, value in query.items() if key in ("ssl", "host", "port")})


def _place(parts: URL) -> str:
    return f"{parts.host or 'местный сервер'}, база {parts.database}"


def _first_line(problem: BaseException) -> str:
    """What was said, short; a driver puts neither address nor password into its first line."""
    said = str(getattr(problem, "orig", None) or problem).strip()
    return (said.splitlines() or [type(problem).__name__])[0][:200]
