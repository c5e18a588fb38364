"""A part of an installation does not start with half of its settings, or where it could not work; one line says why."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deployments.cli.test_cli import Vekha

Said = Callable[..., list[str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """The lines of a refused start."""
    monkeypatch.chdir(tmp_path)
    for name in ("PREFECT_API_AUTH_STRING", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)

    def refused(part: str, **given: str) -> list[str]:
        done = Vekha(tmp_path / "data")("serve", part, env=given)
        assert (done.returncode, done.stdout) == (2, "")
        return str(done.stderr).splitlines()

    return refused


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("prefect", ["VEKHA_AUTH"]),
        ("services", ["VEKHA_AUTH", "VEKHA_REDIS_URL", "VEKHA_PREFECT_DATABASE_URL"]),
        ("worker", ["VEKHA_LINK_KEY", "VEKHA_AUTH"]),
        ("web", ["VEKHA_CONTROL_PASSWORD", "VEKHA_LINK_KEY", "VEKHA_AUTH"]),
    ],
)
def test_every_setting_that_is_missing_is_named(said: Said, part: str, names: list[str]) -> None:
    [line] = said(part)
    assert line.startswith("Не задано: ")
    assert [name for name in names if name not in line] == []
    assert ".env или в окружение" in line


def test_several_servers_share_one_database(said: Said) -> None:
    [line] = said("prefect", VEKHA_AUTH="vekha:a long password", VEKHA_REDIS_URL="redis://127.0.0.1:1/0")
    assert "VEKHA_PREFECT_DATABASE_URL" in line


def test_what_is_away_is_said_before_anything_starts(said: Said) -> None:
    lines = said(
        "prefect",
        VEKHA_AUTH="vekha:a long password",
        VEKHA_REDIS_URL="redis://127.0.0.1:1/0",
        VEKHA_PREFECT_DATABASE_URL="postgresql://prefect:secret@127.0.0.1:1/prefect",
    )
    assert len(lines) == 2
    assert lines[0].startswith("База Prefect: ")
    assert lines[1].startswith("Redis: ")
    assert not any("secret" in line or "Traceback" in line for line in lines)


def test_a_path_behind_the_name_is_refused(said: Said) -> None:
    [line] = said("web", VEKHA_PUBLIC_URL="https://example.ru/vekha")
    assert "VEKHA_PUBLIC_URL" in line
    assert "без пути" in line
