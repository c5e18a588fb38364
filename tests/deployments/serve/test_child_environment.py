"""What the children of ``vekha up`` are told: they run in folders of their own."""

from pathlib import Path

import pytest

from deployments.serve.prefect import child_environment
from models.settings import Settings


def test_a_path_from_the_folder_of_the_parent_means_the_same_file_to_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = child_environment(Settings(_env_file=None, data=Path("data"), note_template=Path("note.docx")))
    assert told["VEKHA_NOTE_TEMPLATE"] == str(tmp_path.resolve() / "note.docx")
    assert told["VEKHA_DATA"] == str(tmp_path.resolve() / "data")
