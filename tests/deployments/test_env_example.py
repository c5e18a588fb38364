"""The example of vekha.env is what an administrator copies: every setting stands in it, and nothing else."""

import re
from pathlib import Path

import pytest

from models.settings import Settings
from tests.places import ROOT

EXAMPLE = ROOT / "deployments" / "vekha.env.example"
#: What is empty there is to be filled in: the password after the name, too.
MADE_UP = "x" * 40


def lines() -> list[str]:
    return EXAMPLE.read_text(encoding="utf-8").splitlines()


def settings() -> dict[str, str]:
    """The settings that stand there, each behind its «#»."""
    return dict(re.findall(r"^#(VEKHA_\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_setting_and_no_other_stands_in_the_example() -> None:
    assert set(settings()) == {f"VEKHA_{name.upper()}" for name in Settings.model_fields}


def test_each_stands_under_a_line_that_says_what_it_is() -> None:
    """What is a secret is said to be one: the secrets are those that Vekha itself keeps from other programs."""
    secrets, said, above = {f"VEKHA_{name.upper()}" for name in Settings.secrets()}, set(), ""
    for line in lines():
        if (found := re.match(r"#(VEKHA_\w+)=", line)) is None:
            above = line
            continue
        assert above.startswith("# "), line
        if "Секрет." in above:
            said.add(found[1])
    assert said == secrets


def test_without_the_sign_before_them_all_lines_together_are_good_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "vekha.env"
    filled = {name: value + (MADE_UP if value.endswith(":") or not value else "") for name, value in settings().items()}
    filled["VEKHA_READER_PASSWORD"] += " for readers"  # who may decide has another
    file.write_text("".join(f"{name}={value}\n" for name, value in filled.items()), encoding="utf-8")
    monkeypatch.setenv("VEKHA_ENV_FILE", str(file))
    for name in filled:
        monkeypatch.delenv(name, raising=False)
    read = Settings()
    assert read.auth is not None
    assert read.auth.get_secret_value() == f"vekha:{MADE_UP}"
    assert [name for name in Settings.model_fields if getattr(read, name) is None] == []


def test_nothing_in_the_example_is_a_secret_that_somebody_could_leave_as_it_is() -> None:
    given = settings()
    for name in ("LINK_KEY", "CONTROL_PASSWORD", "READER_PASSWORD", "METRICS_TOKEN"):
        assert given[f"VEKHA_{name}"] == ""
