"""Every file that is kept lies in one store: whole or not there, under what it holds."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.files.store import Store

CONTENT = "Приказ № 9".encode()
DIGEST = sha256(CONTENT).hexdigest()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_content_lies_once_under_its_hash_and_can_be_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "files")
    assert not store.has(DIGEST, len(CONTENT))
    assert [store.keep(CONTENT), store.keep(CONTENT)] == [DIGEST, DIGEST]
    assert files_in(tmp_path) == [store.place(DIGEST)]
    assert (store.read(DIGEST), store.has(DIGEST, len(CONTENT))) == (CONTENT, True)
    assert (store.place(DIGEST).parent.stat().st_mode & 0o777) == 0o700
    store.remove(DIGEST)
    assert files_in(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        store.read(DIGEST)


def test_what_was_torn_is_not_there_and_is_made_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep(CONTENT)
    store.place(DIGEST).write_bytes(CONTENT[:5])
    assert not store.has(DIGEST, len(CONTENT))
    store.keep(CONTENT)
    assert store.read(DIGEST) == CONTENT


def test_a_draft_that_nobody_finished_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(RuntimeError), store.draft() as draft:
        draft.stream.write(CONTENT)
        raise RuntimeError
    assert files_in(tmp_path) == []


def test_what_a_kill_left_is_swept_after_an_hour(tmp_path: Path) -> None:
    store, left = Store(tmp_path), tmp_path / "unfinished-of-a-crash"
    store.keep(CONTENT)
    left.write_bytes(CONTENT)
    now = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    assert store.sweep(at=now) == 0
    assert store.sweep(at=now + timedelta(hours=2)) == 1
    assert files_in(tmp_path) == [store.place(DIGEST)]


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", DIGEST.upper(), f"{DIGEST}0"])
def test_no_place_is_found_by_a_strangers_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Store(tmp_path).place(name)
