"""What the doctor says of each thing, without a server: tables of what is there → how it stands."""

import resource
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from deployments.doctor import before_start, look_at_everything
from deployments.doctor.clocks import compared
from deployments.doctor.databases import own, prefects
from deployments.doctor.finding import Check, Finding, State, bad, examine, good
from deployments.doctor.folder import MB, data_folder, key_and_secrets, network_kind, room
from deployments.doctor.redis_server import reached
from deployments.doctor.versions import as_required, misfits
from models.db.migrate import UNFINISHED_RESTORE, newest_revision
from models.settings import Settings
from tests.parts.databases import sqlite_engine, sqlite_engine_at
from tests.parts.mail import free_port, never_speaks, talking

SECRET = "a-secret-of-ours"


def states(found: list[Finding]) -> list[State]:
    return [one.state for one in found]


def only(found: Iterator[Finding]) -> Finding:
    [one] = found
    return one


def faults(found: Iterator[Finding]) -> list[Finding]:
    return [one for one in found if one.state != "ok"]


def test_a_check_that_breaks_or_hangs_hides_no_other() -> None:
    let_go = Event()

    def breaks() -> Iterator[Finding]:
        yield good("ломается", "сначала")
        raise ValueError("a secret")

    def hangs() -> Iterator[Finding]:
        yield good("висит", "сначала")
        let_go.wait(60)

    found = examine(
        [Check("висит", hangs), Check("ломается", breaks), Check("цела", lambda: [good("цела", "да")])], limit=1
    )
    let_go.set()
    assert [(one.name, one.state) for one in found] == [
        ("висит", "ok"),
        ("висит", "bad"),
        ("ломается", "ok"),
        ("ломается", "bad"),
        ("цела", "ok"),
    ]
    assert "ответа нет за 1 с" in found[1].words
    assert "a secret" not in found[3].line


def test_a_fault_is_one_line_with_its_remedy() -> None:
    assert bad("Почта", "не принята", "проверьте").line == "Почта: не принята — проверьте"
    assert good("Почта", "принята").line == "Почта: принята"


def test_a_folder_of_our_own_is_well(alone: Settings) -> None:
    found = list(data_folder(alone))
    assert set(states(found)) <= {"ok", "warn"}
    assert "запись возможна" in found[0].words
    assert list(alone.data.iterdir()) == [], "nothing stays behind"


def test_a_folder_that_is_not_there_is_made_by_the_first_start_and_not_by_the_doctor(alone: Settings) -> None:
    alone.data.rmdir()
    found = only(data_folder(alone))
    assert (found.state, alone.data.exists()) == ("warn", False)


def test_a_file_in_place_of_the_folder_is_refused(alone: Settings) -> None:
    alone.data.rmdir()
    alone.data.touch()
    assert "не папка" in only(data_folder(alone)).words


def test_a_folder_open_to_others_is_named(alone: Settings) -> None:
    alone.data.chmod(0o755)
    assert any("0755" in one.words and "chmod 700" in one.remedy for one in faults(data_folder(alone)))


def test_a_folder_that_takes_no_file_is_said_to_take_none(alone: Settings) -> None:
    found = next(data_folder(alone.model_copy(update={"data": Path("/proc/self")})))
    assert (found.state, "недоступна для записи" in found.words) == ("bad", True)


def test_a_folder_being_put_back_is_named(alone: Settings) -> None:
    (alone.data / UNFINISHED_RESTORE).touch()
    assert any(one.state == "bad" and "не закончено" in one.words for one in data_folder(alone))


def test_a_full_disk_is_said_to_be_full(alone: Settings) -> None:
    """The system takes so many bytes of a file and no more."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
    try:
        found, stops = next(data_folder(alone)), before_start(alone, "web")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert (found.state, "кончилось место" in found.words, "освободите место" in found.remedy) == ("bad", True, True)
    assert found in stops


@pytest.mark.parametrize(
    ("free", "files", "state"),
    [
        (99 * MB, 10**6, "bad"),
        (100 * MB, 10**6, "warn"),
        (1023 * MB, 10**6, "warn"),
        (1024 * MB, 10**6, "ok"),
        (10**12, 999, "bad"),
        (10**12, 1000, "ok"),
    ],
)
def test_how_much_room_is_enough(free: int, files: int, state: State) -> None:
    assert room(free, files=files).state == state


def test_a_folder_on_another_machine_is_known_by_what_is_mounted_there(tmp_path: Path) -> None:
    root, below = ("/", "ext4"), (str(tmp_path), "nfs4")
    assert network_kind(tmp_path / "data", [root, below]) == "nfs4"
    assert network_kind(tmp_path / "data", [below, (str(tmp_path / "data"), "xfs"), root]) == ""
    assert network_kind(Path("/somewhere"), [root, below]) == ""
    assert network_kind(tmp_path, []) == ""


def test_the_key_of_links_given_made_open_or_spoilt(alone: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(alone.data)
    assert next(key_and_secrets(alone)).state == "warn"
    assert not (alone.data / "link.key").exists()
    key = alone.data / "link.key"
    key.write_text("k" * 44, encoding="ascii")
    key.chmod(0o644)
    assert next(key_and_secrets(alone)).remedy == f"chmod 600 {key}"
    key.chmod(0o600)
    assert next(key_and_secrets(alone)).state == "ok"
    given = alone.model_copy(update={"link_key": SecretStr(SECRET * 3)})
    assert only(key_and_secrets(given)).state == "ok"


def test_a_spoilt_key_is_named_without_what_is_left_of_it(alone: Settings) -> None:
    (alone.data / "link.key").write_text(SECRET, encoding="ascii")
    found = next(key_and_secrets(alone))
    assert (found.state, SECRET in found.line) == ("bad", False)


def test_a_file_of_settings_that_others_read_is_named(alone: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(alone.data)
    file = alone.data / "vekha.env"
    file.write_text("VEKHA_ZONE=Europe/Moscow\n", encoding="ascii")
    file.chmod(0o640)
    assert [one.name for one in key_and_secrets(alone)] == ["Ключ личных ссылок"]
    file.chmod(0o644)
    assert [one.name for one in key_and_secrets(alone)] == ["Ключ личных ссылок", "Файл настроек"]


def test_a_database_that_nobody_made_yet_is_not_made(alone: Settings) -> None:
    assert (only(own(alone)).state, list(alone.data.iterdir())) == ("warn", [])


def test_an_old_schema_is_a_fault_but_keeps_no_start_back(alone: Settings) -> None:
    sqlite_engine_at(alone.data / "vekha.db", "0016").dispose()
    [schema] = faults(own(alone))
    assert (schema.state, "0016" in schema.words, newest_revision() in schema.words) == ("bad", True, True)
    assert "vekha status" in schema.remedy
    assert before_start(alone, "web") == []


def test_a_schema_of_a_newer_program_keeps_every_start_back(alone: Settings) -> None:
    engine = sqlite_engine(alone.data / "vekha.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert before_start(alone, "worker") == faults(own(alone))
    [found] = before_start(alone, "up")
    assert ("9999" in found.words, "обновите программу" in found.remedy) == (True, True)


def test_a_file_that_is_no_database_is_said_to_be_none(alone: Settings) -> None:
    (alone.data / "vekha.db").write_text("это не база данных, а письмо" * 100, encoding="utf-8")
    assert any(one.state == "bad" for one in own(alone))


NOWHERE = "postgresql://vekha:a-secret-of-ours@{place}/vekha"


@pytest.mark.parametrize("variable", ["database_url", "prefect_database_url"])
@pytest.mark.parametrize(("place", "words"), [("нет.invalid", "нет в сети"), ("127.0.0.1:{port}", "не принимает")])
def test_a_database_server_that_is_not_reached(variable: str, place: str, words: str, alone: Settings) -> None:
    url = SecretStr(NOWHERE.format(place=place.format(port=free_port())))
    settings = alone.model_copy(update={variable: url})
    found = only(own(settings) if variable == "database_url" else prefects(settings))
    assert (found.state, words in found.words, SECRET in found.line) == ("bad", True, False)
    assert f"VEKHA_{variable.upper()}" in found.remedy
    assert found in before_start(settings, "up")


def test_something_else_in_place_of_the_database_is_named(alone: Settings) -> None:
    with talking(lambda caller: caller.sendall(b"220 mail.example.org ESMTP\r\n")) as port:
        url = SecretStr(NOWHERE.format(place=f"127.0.0.1:{port}"))
        found = only(prefects(alone.model_copy(update={"prefect_database_url": url})))
    assert (found.state, SECRET in found.line, len(found.line.splitlines())) == ("bad", False, 1)


def test_a_word_of_the_other_driver_in_an_address_is_named(alone: Settings) -> None:
    with talking(never_speaks) as port:
        url = SecretStr(f"{NOWHERE.format(place=f'127.0.0.1:{port}')}?sslmode=require")
        found = only(prefects(alone.model_copy(update={"prefect_database_url": url})))
    assert ("sslmode" in found.words, "ssl=require" in found.remedy) == (True, True)


def redis(alone: Settings, url: str) -> Finding:
    return only(reached(alone.model_copy(update={"redis_url": SecretStr(url)})))


def test_without_redis_nothing_is_said_of_it(alone: Settings) -> None:
    assert list(reached(alone)) == []


def test_a_redis_that_is_not_reached(alone: Settings) -> None:
    port = free_port()
    refused = redis(alone, f"redis://:{SECRET}@127.0.0.1:{port}/0")
    assert (refused.state, "не принимает подключений" in refused.words, SECRET in refused.line) == ("bad", True, False)
    unknown = redis(alone, "redis://нет.invalid:6379/0")
    assert ("нет в сети" in unknown.words, "VEKHA_REDIS_URL" in unknown.remedy) == (True, True)
    assert (
        "не принимает подключений"
        in before_start(alone.model_copy(update={"redis_url": SecretStr(f"redis://127.0.0.1:{port}")}), "services")[
            0
        ].words
    )


@pytest.mark.parametrize("answer", [b"-NOAUTH Authentication required.\r\n", b"-WRONGPASS invalid pair\r\n"])
def test_a_redis_that_wants_another_password(answer: bytes, alone: Settings) -> None:
    """In the words of Redis's protocol: no Redis is installed here."""

    def refuse(caller: object) -> None:
        while caller.recv(4096):  # type: ignore[attr-defined]
            caller.sendall(answer * 3)  # type: ignore[attr-defined]

    with talking(refuse) as port:
        found = redis(alone, f"redis://127.0.0.1:{port}/0")
    assert (found.state, "пароль" in found.words) == ("bad", True)


@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (0, "ok", "вровень"),
        (5, "ok", "вровень"),
        (6, "warn", "вперёд на 6 с"),
        (-60, "warn", "назад на 60 с"),
        (61, "bad", "вперёд на 61 с"),
        (-600, "bad", "назад на 10 мин"),
        (3 * 3600, "bad", "вперёд на 3 ч"),
    ],
)
def test_clocks_are_level_or_not(seconds: int, state: State, words: str) -> None:
    found = compared("базы данных", timedelta(seconds=seconds))
    assert (found.state, words in found.words) == (state, True)


def test_what_is_installed_here_is_what_is_wanted() -> None:
    assert [one for one in as_required() if "Python" in one.words][-1].state == "ok"
    assert misfits(["httpx>=0.1", "nosuchpackageofours", "pydantic<1", 'tomli>=99; python_version < "3"']) == [
        "nosuchpackageofours нет",
        misfits(["pydantic<1"])[0],
    ]
    assert misfits(["pydantic<1"])[0].endswith("(нужно <1)")


def test_where_nothing_runs_each_thing_is_said_once_and_nothing_is_made(alone: Settings) -> None:
    found = look_at_everything(alone)
    wrong = [one for one in found if one.state == "bad"]
    assert [one.name for one in wrong] == ["Сервер Prefect", "Адрес страниц"]
    assert all(one.remedy and len(one.line.splitlines()) == 1 for one in wrong)
    assert [path.name for path in alone.data.iterdir()] == []
