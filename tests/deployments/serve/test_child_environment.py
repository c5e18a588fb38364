"""What the children of ``vekha up`` are told: they run in folders of their own, and each knows only what it needs."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from deployments.serve.prefect import Worker, child_environment, server_environment, with_auth, worker_environment
from deployments.serve.web import WebPages
from models.settings import Settings

SECRETS = {
    "database_url": "postgresql+psycopg://vekha:secret@localhost/vekha",
    "mail_url": "mailto://127.0.0.1:1",
    "auth": "vekha:of this server",
    "control_password": "пароль координатора",
    "reader_password": "пароль читателя",
    "metrics_token": "of the metrics",
    "link_key": "k" * 40,
    "watch_url": "https://watch.example.org/1",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with every secret, some of which stand in the environment of the parent as well."""
    monkeypatch.setenv("VEKHA_CONTROL_PASSWORD", SECRETS["control_password"])
    monkeypatch.setenv("VEKHA_MAIL_URL_FILE", str(tmp_path / "mail"))
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://prefect:secret@nowhere/prefect")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "another:password of the parent")
    (tmp_path / "mail").write_text(SECRETS["mail_url"], encoding="utf-8")
    return Settings(_env_file=None, data=tmp_path, **{name: SecretStr(value) for name, value in SECRETS.items()})


def known(env: dict[str, str]) -> set[str]:
    """Names of the secrets whose value stands somewhere in an environment."""
    return {name for name, value in SECRETS.items() if value in env.values()}


def test_a_path_from_the_folder_of_the_parent_means_the_same_file_to_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = child_environment(Settings(_env_file=None, data=Path("data"), note_template=Path("note.docx")))
    assert told["VEKHA_NOTE_TEMPLATE"] == str(tmp_path.resolve() / "note.docx")
    assert told["VEKHA_DATA"] == str(tmp_path.resolve() / "data")


def test_each_child_knows_only_the_secrets_that_it_needs(settings: Settings) -> None:
    worker, pages, server = (
        worker_environment(settings),
        child_environment(settings, *WebPages.secrets),
        server_environment(settings),
    )
    assert known(worker) == {"database_url", "mail_url", "link_key", "auth"} == {*Worker.secrets, "auth"}
    assert known(pages) == {*WebPages.secrets, "auth"}
    assert known(pages) == {"database_url", "control_password", "reader_password", "metrics_token", "link_key", "auth"}
    assert known(server) == {"auth"}
    for env in (worker, pages):
        assert not any("DATABASE_CONNECTION" in name or name == "VEKHA_MAIL_URL_FILE" for name in env)
        assert env["PREFECT_API_AUTH_STRING"] == SECRETS["auth"]
    assert server["PREFECT_API_DATABASE_CONNECTION_URL"].startswith("postgresql")
    assert not any(name.startswith("VEKHA_") for name in server)


def test_only_the_server_is_kept_from_the_time_zones_of_the_system(settings: Settings) -> None:
    assert server_environment(settings)["PYTHONTZPATH"] == ""
    assert "PYTHONTZPATH" not in worker_environment(settings)


def test_a_password_is_made_up_where_none_is_set(tmp_path: Path) -> None:
    bare = Settings(_env_file=None, data=tmp_path)
    first, second = with_auth(bare), with_auth(bare)
    assert first.auth != second.auth
    assert first.auth is not None
    assert Settings(_env_file=None, data=tmp_path, auth=first.auth).auth == first.auth, "long enough by our own rule"
