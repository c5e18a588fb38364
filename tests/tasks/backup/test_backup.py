"""A backup of an installation at work: what comes out of it is what went in, and nothing is half done."""

import hashlib
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models import clock
from models.db import DatabaseProblem, open_session
from models.db.migrate import UNFINISHED_RESTORE, newest_revision, refuse_unfinished
from models.settings import Settings
from tasks.backup import BackupDamaged, BackupRefused, Made, back_up, restore, sqlite, target_of, verify
from tasks.files.store import Store
from tasks.installation import differences, own_engine
from tests.worlds.installation import PROOF, Installation, engine_of, files_of, rows_of


def unheard(_done: int, _total: int) -> None:
    """Nobody watches."""


def backed_up(installation: Installation, file: Path, *, with_keys: bool = True, **more: Any) -> Made:
    heard = more.get("progress", unheard)
    return back_up(installation.settings, file, with_keys=with_keys, at=clock.now(), progress=heard)


def settings_of(data: Path) -> Settings:
    return Settings(_env_file=None, data=data)


def put_back(file: Path, data: Path) -> None:
    restore(file, target_of(settings_of(data)), progress=unheard)


def test_what_comes_out_is_what_went_in(installation: Installation, tmp_path: Path) -> None:
    made = backed_up(installation, tmp_path / "one.zip")
    assert (made.manifest.missing, made.left_out, made.manifest.keys) == (0, (), ("link.key",))
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    put_back(made.file, tmp_path / "new")
    before, after = rows_of(installation.data / "vekha.db"), rows_of(tmp_path / "new" / "vekha.db")
    assert [row for row in after if row not in before and 'INTO "installation"' not in row] == []
    assert len(after) == len(before)
    assert rows_of(tmp_path / "new" / "prefect" / "prefect.db") == rows_of(installation.prefect)
    found = files_of(tmp_path / "new")
    assert found == files_of(installation.data)
    assert {name.partition("/")[0] for name in found} == {
        *("files", "letters", "contacts.yaml", "installation.id", "link.key")
    }
    paths = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert [path.name for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "new", "one.zip"]


def test_the_restored_folder_is_the_installation_and_the_old_one_is_not(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(backed_up(installation, tmp_path / "one.zip").file, tmp_path / "new")
    new = settings_of(tmp_path / "new")
    with open_session(engine_of(new.data)) as session:
        assert differences(session, new) == []
        [line] = differences(session, installation.settings)
    assert "копия папки данных" in line
    monkeypatch.setenv("VEKHA_DATA", str(new.data))
    own_engine()


def test_writers_are_not_kept_waiting_and_the_copy_is_one_moment(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions go into our database, then into Prefect's, all the while: its copy never knows more than ours."""
    monkeypatch.setattr(sqlite, "PAGES", 3)
    with closing(sqlite3.connect(installation.data / "vekha.db", timeout=1)) as ours:
        ours.execute("CREATE TABLE decision (id INTEGER PRIMARY KEY)")
        ours.execute("CREATE TABLE decision_twin (id INTEGER PRIMARY KEY)")
        ours.commit()
        with closing(sqlite3.connect(installation.prefect, timeout=1)) as theirs:

            def decide(_done: int, _total: int) -> None:
                ours.execute("INSERT INTO decision DEFAULT VALUES")
                ours.execute("INSERT INTO decision_twin DEFAULT VALUES")
                ours.commit()
                theirs.execute("INSERT INTO flow_run (name) VALUES ('ended by a decision')")
                theirs.commit()

            made = backed_up(installation, tmp_path / "one.zip", progress=decide)
        written = ours.execute("SELECT count(*) FROM decision").fetchone()[0]
    put_back(made.file, tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "vekha.db")) as ours:
        kept, twin = (
            ours.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("decision", "decision_twin")
        )
    with closing(sqlite3.connect(tmp_path / "new" / "prefect" / "prefect.db")) as theirs:
        ended = theirs.execute("SELECT count(*) FROM flow_run WHERE name LIKE 'ended%'").fetchone()[0]
    assert 0 < kept == twin < written
    assert ended <= kept
    assert made.manifest.databases["vekha"].tables["decision"] == kept


def test_a_file_that_an_official_sends_meanwhile_is_there_for_every_row(
    installation: Installation, tmp_path: Path
) -> None:
    """It is kept before its row: whichever rows the copy has, it has their files."""
    made = backed_up(installation, tmp_path / "one.zip")
    put_back(made.file, tmp_path / "new")
    digest = hashlib.sha256(PROOF).hexdigest()
    assert Store(tmp_path / "new" / "files").read(digest) == PROOF
    Store(installation.settings.files).remove(digest)
    assert backed_up(installation, tmp_path / "two.zip").manifest.missing == 1


def test_without_keys_and_what_is_not_ours(installation: Installation, tmp_path: Path) -> None:
    (installation.data / "blank.docx").write_bytes(b"a template")
    made = backed_up(installation, tmp_path / "one.zip", with_keys=False)
    assert (made.manifest.keys, made.left_out) == ((), ("blank.docx", "link.key"))
    key = (installation.data / "link.key").read_bytes()
    with zipfile.ZipFile(made.file) as packed:
        assert not any(key in packed.read(name) for name in packed.namelist())
        assert "data/blank.docx" not in packed.namelist()
    put_back(made.file, tmp_path / "new")
    assert not (tmp_path / "new" / "link.key").exists()


def already_there(installation: Installation, file: Path, _patch: pytest.MonkeyPatch) -> Path:
    file.write_text("an older one")
    return file


def no_room(installation: Installation, file: Path, patch: pytest.MonkeyPatch) -> Path:
    usage = shutil.disk_usage(file.parent)
    patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1024))
    return file


def no_database(installation: Installation, file: Path, _patch: pytest.MonkeyPatch) -> Path:
    installation.engine.dispose()
    (installation.data / "vekha.db").unlink()
    return file


def broken_database(installation: Installation, file: Path, _patch: pytest.MonkeyPatch) -> Path:
    installation.engine.dispose()
    whole = bytearray((installation.data / "vekha.db").read_bytes())
    whole[40960:49152] = b"\xff" * 8192
    (installation.data / "vekha.db").write_bytes(whole)
    return file


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (already_there, "прежняя копия не затирается"),
        (no_room, "освободите место"),
        (no_database, "Копировать нечего"),
        (broken_database, "Повреждена база «Вехи»|Не читается база «Вехи»"),
        (lambda _i, file, _p: file.parent / "nowhere" / "one.zip", "создайте её"),
    ],
)
def test_a_refused_backup_leaves_nothing(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Any, words: str
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    file = spoil(installation, folder / "one.zip", monkeypatch)
    with pytest.raises(BackupRefused, match=words):
        backed_up(installation, file)
    left = [path.read_text() for path in folder.iterdir()]
    assert left == (["an older one"] if spoil is already_there else [])


def repacked(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The same file with other parts."""
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def in_manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def changed(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()

    return lambda file: repacked(file, changed)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def one_byte_other(file: Path) -> None:
    with zipfile.ZipFile(file) as packed:
        place = packed.getinfo("databases/vekha.sqlite").header_offset + 5000
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def part_other(parts: dict[str, bytes]) -> None:
    parts["data/contacts.yaml"] += b"# later\n"


def part_gone(parts: dict[str, bytes]) -> None:
    del parts["data/contacts.yaml"]


def climb(manifest: dict[str, Any]) -> None:
    manifest["parts"][0]["name"] = "data/../../etc/cron.d/vekha"


SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "not there": (Path.unlink, "нет: проверьте имя"),
    "not a backup": (lambda file: file.write_text("это не копия"), "не резервная копия"),
    "another zip": (lambda file: repacked(file, dict.clear), "не резервная копия"),
    "cut short": (cut_short, "повреждена"),
    "a byte is another": (one_byte_other, "повреждена"),
    "a part is another": (lambda file: repacked(file, part_other), "«data/contacts.yaml» не тот"),
    "a part is missing": (lambda file: repacked(file, part_gone), "в ней нет «data/contacts.yaml»"),
    "no list of parts": (in_manifest(lambda found: found.pop("parts")), "нет описи"),
    "a path that climbs out": (in_manifest(climb), "нет описи"),
    "a newer form": (in_manifest(lambda found: found.update(format=2)), "более новая «Веха»"),
    "a newer schema": (
        in_manifest(lambda found: found["databases"]["vekha"].update(revision="9999")),
        f"новее программы \\(9999, программа знает {newest_revision()}",
    ),
    "a newer Prefect": (
        in_manifest(lambda found: found["databases"]["prefect"].update(revision="0123456789ab")),
        "новее здешнего Prefect",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_file_is_refused_in_one_line_and_nothing_is_written(
    installation: Installation, tmp_path: Path, what: str
) -> None:
    spoil, words = SPOILT[what]
    file = backed_up(installation, tmp_path / "one.zip").file
    spoil(file)
    with pytest.raises(BackupRefused, match=words) as refused:
        put_back(file, tmp_path / "new")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "new").exists()
    if isinstance(refused.value, BackupDamaged):
        _, found = verify(file, installation.settings, progress=unheard)
        assert found == [str(refused.value)]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: (data / "notes.txt").write_text("заметки"), "не пустая папка"),
        (lambda data: (data / UNFINISHED_RESTORE).touch(), "незавершённое восстановление"),
    ],
)
def test_only_an_empty_place_takes_a_backup(
    installation: Installation, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    file = backed_up(installation, tmp_path / "one.zip").file
    data = tmp_path / "new"
    data.mkdir()
    spoil(data)
    before = sorted(data.iterdir())
    with pytest.raises(BackupRefused, match=words):
        put_back(file, data)
    assert sorted(data.iterdir()) == before


def test_a_database_elsewhere_that_is_there_already_is_not_overwritten(
    installation: Installation, tmp_path: Path
) -> None:
    file = backed_up(installation, tmp_path / "one.zip").file
    there = Settings(_env_file=None, data=tmp_path / "new", database_url=f"sqlite:///{installation.data / 'vekha.db'}")
    before = rows_of(installation.data / "vekha.db")
    with pytest.raises(BackupRefused, match=r"Не пуста база «Вехи».*VEKHA_DATABASE_URL"):
        restore(file, target_of(there), progress=unheard)
    assert rows_of(installation.data / "vekha.db") == before
    assert not (tmp_path / "new").exists()


def test_a_trial_writes_nothing_and_a_check_leaves_nothing(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(installation, tmp_path / "one.zip").file
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    restore(file, target_of(settings_of(tmp_path / "new")), progress=unheard, is_trial=True)
    assert not (tmp_path / "new").exists()
    manifest, found = verify(file, installation.settings, progress=unheard)
    assert manifest is not None
    assert found == []
    assert list(scratch.iterdir()) == []


def test_what_is_not_as_the_list_says_is_found(installation: Installation, tmp_path: Path) -> None:
    """The list itself may be wrong: rows and schema are counted anew in what came out."""
    file = backed_up(installation, tmp_path / "one.zip").file

    def lie(found: dict[str, Any]) -> None:
        found["databases"]["vekha"]["tables"]["control_point"] += 1
        found["databases"]["prefect"]["tables"]["flow_run_state"] = 4

    in_manifest(lie)(file)
    _, found = verify(file, installation.settings, progress=unheard)
    assert len(found) == 2
    assert all("control_point: строк" in line or "flow_run_state: строк 0, в копии 4" in line for line in found)
    with pytest.raises(BackupRefused, match="Восстановленное отличается"):
        put_back(file, tmp_path / "new")
    with pytest.raises(DatabaseProblem, match=r"Восстановление в .* не закончено"):
        refuse_unfinished(tmp_path / "new")


def test_a_backup_of_an_older_schema_comes_back_as_it_was(installation: Installation, tmp_path: Path) -> None:
    """Made before an upgrade by the newer program, it is what to go back to."""
    with closing(sqlite3.connect(installation.data / "vekha.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0017'")
        database.commit()
    file = backed_up(installation, tmp_path / "one.zip").file
    put_back(file, tmp_path / "new")
    assert rows_of(tmp_path / "new" / "vekha.db") == rows_of(installation.data / "vekha.db")
