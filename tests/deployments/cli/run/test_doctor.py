"""``vekha doctor`` as an administrator meets it: a table or JSON, exit code 0 or 1, never a traceback."""

import json
from pathlib import Path

import pytest

from tests.deployments.cli.test_cli import Vekha
from tests.parts.mail import free_port


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vekha:
    """In a folder of its own, where nothing runs."""
    monkeypatch.chdir(tmp_path)
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VEKHA_PORT", str(free_port()))
    monkeypatch.setenv("VEKHA_WEB_PORT", str(free_port()))
    return Vekha(tmp_path / "data")


def test_what_is_wrong_is_marked_and_counted(vekha: Vekha) -> None:
    done = vekha("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    [server] = [line for line in lines if "Сервер Prefect" in line]
    assert server.strip().startswith("✗")
    assert any(line.strip().startswith("✓") and "Версии" in line for line in lines)
    assert any(line.strip().startswith("!") and "Почта" in line for line in lines)
    assert done.stdout.strip().splitlines()[-1].startswith("2 неисправности")
    assert not vekha.data.exists(), "the doctor makes nothing"


def test_programs_get_the_same(vekha: Vekha) -> None:
    done = vekha("doctor", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert all(set(one) == {"name", "state", "words", "remedy"} for one in found)
    assert {one["state"] for one in found} == {"ok", "warn", "bad"}
    assert all(one["remedy"] for one in found if one["state"] == "bad")


def test_a_password_stands_in_no_line(vekha: Vekha) -> None:
    secret = "a-secret-of-ours"
    url = f"postgresql://vekha:{secret}@127.0.0.1:{free_port()}/vekha"
    env = {
        "VEKHA_DATABASE_URL": url,
        "VEKHA_PREFECT_DATABASE_URL": url,
        "VEKHA_REDIS_URL": f"redis://:{secret}@127.0.0.1:{free_port()}/0",
        "VEKHA_MAIL_URL": f"mailto://vekha:{secret}@127.0.0.1:{free_port()}?from=vekha@example.org",
        "VEKHA_AUTH": f"vekha:{secret}",
        "VEKHA_LINK_KEY": secret * 3,
    }
    for words in (("doctor",), ("doctor", "--json")):
        done = vekha(*words, env=env)
        assert done.returncode == 1
        assert secret not in done.stdout + done.stderr


def test_the_letter_of_trial_lies_in_the_folder_where_no_mail_server_is(vekha: Vekha) -> None:
    vekha("doctor", "--mail", "admin@example.org")
    assert len(list((vekha.data / "letters").rglob("*.eml"))) == 1
