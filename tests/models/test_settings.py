"""A secret that is empty, short or given twice is refused by its name; a file may hold it."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from models.settings import Settings, SettingsRefused

KEY = "k" * 32
PASSWORD = "p" * 12
GOOD = {
    "VEKHA_LINK_KEY": KEY,
    "VEKHA_CONTROL_PASSWORD": PASSWORD,
    "VEKHA_AUTH": f"vekha:{PASSWORD}",
    "VEKHA_MAIL_URL": "mailtos://vekha:secret@smtp.example.org:465?from=vekha@example.org",
    "VEKHA_DATABASE_URL": "postgresql://vekha:secret@localhost/vekha",
    "VEKHA_WATCH_URL": "https://watch.example.org/ping/1",
    "VEKHA_PREFECT_DATABASE_URL": "postgresql://prefect:secret@localhost/prefect",
    "VEKHA_REDIS_URL": "redis://:secret@localhost:6379/0",
    "VEKHA_READER_PASSWORD": f"{PASSWORD}r",
    "VEKHA_METRICS_TOKEN": f"{PASSWORD}m",
}


@pytest.fixture(autouse=True)
def nothing_else_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("VEKHA_"):
            monkeypatch.delenv(name)


def refusal() -> str:
    """The one line of settings that are not good."""
    with pytest.raises(SettingsRefused) as refused:
        Settings()
    line = str(refused.value)
    assert len(line.splitlines()) == 1
    assert refused.value.__cause__ is None
    return line


@pytest.mark.parametrize("nothing", ["", " ", "\t \n"])
@pytest.mark.parametrize("name", [*GOOD, "VEKHA_DATA", "VEKHA_HOST", "VEKHA_PUBLIC_URL", "VEKHA_PORT", "VEKHA_ZONE"])
def test_what_is_set_to_nothing_is_refused_by_name(name: str, nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, nothing)
    assert f"Настройка {name} не годится: значение пусто" in refusal()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("VEKHA_LINK_KEY", "k" * 31, "короче 32 знаков"),
        ("VEKHA_LINK_KEY", f"{'k' * 20}{' ' * 40}", "короче 32 знаков"),
        ("VEKHA_CONTROL_PASSWORD", "p" * 11, "короче 12 знаков"),
        ("VEKHA_AUTH", f"vekha:{'p' * 11}", "короче 12 знаков"),
        ("VEKHA_AUTH", "vekha:", "короче 12 знаков"),
        ("VEKHA_AUTH", "vekha:пароль-длинный", "латинские"),
        ("VEKHA_AUTH", f":{PASSWORD}", "имя:пароль"),
        ("VEKHA_AUTH", "a-password-without-a-name", "имя:пароль"),
        ("VEKHA_MAIL_URL", "mailtos://vekha:@smtp.example.org", "пароль почты пуст"),
        ("VEKHA_MAIL_URL", "mailtos://vekha@smtp.example.org?pass=", "пароль почты пуст"),
        ("VEKHA_DATABASE_URL", "postgresql://vekha:@localhost/vekha", "пароль базы пуст"),
        ("VEKHA_DATABASE_URL", "vekha", "postgresql://"),
        ("VEKHA_WATCH_URL", "ping", "https://"),
        ("VEKHA_PUBLIC_URL", "vekha.example.org", "https://"),
        ("VEKHA_PUBLIC_URL", "https://example.org/vekha", "без пути"),
        ("VEKHA_PREFECT_DATABASE_URL", "sqlite:///prefect.db", "postgresql://"),
        ("VEKHA_REDIS_URL", "localhost:6379", "redis://"),
        ("VEKHA_PREFECT_URL", "prefect:4200/api", "https://"),
        ("VEKHA_PORT", "семь", "целое число"),
    ],
)
def test_what_is_short_or_left_out_is_refused_and_not_shown(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    line = refusal()
    assert name in line
    assert words in line
    assert name not in GOOD or value.strip() not in line


def test_what_is_long_enough_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.link_key == SecretStr(KEY)
    assert settings.auth == SecretStr(f"vekha:{PASSWORD}")
    assert {f"VEKHA_{name}".upper() for name in Settings.secrets()} == set(GOOD)


@pytest.mark.parametrize("name", GOOD)
def test_a_secret_may_lie_in_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{GOOD[name]}\n", encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    held = getattr(Settings(), name.removeprefix("VEKHA_").lower())
    assert held.get_secret_value() == GOOD[name]


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n", b"\xff\xfe\x00", b"short\n", None])
def test_a_file_that_holds_no_secret_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("VEKHA_LINK_KEY_FILE", str(tmp_path / "secret"))
    assert "VEKHA_LINK_KEY_FILE" in refusal()


@pytest.mark.parametrize("path", ["", ".", "/dev/zero", "no/such/file"])
def test_a_path_that_is_no_file_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKHA_CONTROL_PASSWORD_FILE", path)
    assert "VEKHA_CONTROL_PASSWORD_FILE" in refusal()


def test_a_secret_given_both_ways_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(KEY, encoding="utf-8")
    monkeypatch.setenv("VEKHA_LINK_KEY", KEY)
    monkeypatch.setenv("VEKHA_LINK_KEY_FILE", str(tmp_path / "secret"))
    assert refusal() == "Заданы и VEKHA_LINK_KEY, и VEKHA_LINK_KEY_FILE: оставьте одно из двух"


def test_the_environment_comes_before_the_file_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("VEKHA_LINK_KEY_FILE=nowhere\nVEKHA_CONTROL_PASSWORD=\n", encoding="utf-8")
    assert "VEKHA_LINK_KEY_FILE" in refusal()
    (tmp_path / ".env").write_text(f"VEKHA_LINK_KEY={KEY}\nVEKHA_CONTROL_PASSWORD=\n", encoding="utf-8")
    assert "VEKHA_CONTROL_PASSWORD" in refusal()
    monkeypatch.setenv("VEKHA_CONTROL_PASSWORD", PASSWORD)
    assert Settings().control_password == SecretStr(PASSWORD)
    (tmp_path / ".env").write_bytes("VEKHA_ZONE=Москва".encode("cp1251"))
    assert "UTF-8" in refusal()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_either_form_of_an_address_will_do_for_either_database(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VEKHA_DATABASE_URL", "VEKHA_PREFECT_DATABASE_URL"):
        monkeypatch.setenv(name, f"{scheme}://vekha:secret@localhost/vekha")
    assert Settings().database == "postgresql+psycopg://vekha:secret@localhost/vekha"
    assert Settings().prefect_database == "postgresql+asyncpg://vekha:secret@localhost/vekha"


def test_the_file_of_settings_is_vekha_env_or_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("VEKHA_PORT=1111\nVEKHA_WEB_PORT=1112\n", encoding="utf-8")
    (tmp_path / "vekha.env").write_text("VEKHA_PORT=2222\n", encoding="utf-8")
    (tmp_path / "office.env").write_text("VEKHA_PORT=семь\n", encoding="utf-8")
    assert (Settings().port, Settings().web_port) == (2222, 1112)
    monkeypatch.setenv("VEKHA_ENV_FILE", str(tmp_path / "office.env"))
    assert refusal().endswith(f"поправьте её в окружении или в файле {tmp_path / 'office.env'}")
    monkeypatch.setenv("VEKHA_ENV_FILE", str(tmp_path / "none.env"))
    assert refusal() == f"Настройка VEKHA_ENV_FILE: файла {tmp_path / 'none.env'} нет; проверьте путь"
