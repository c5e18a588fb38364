"""contacts.yaml with one official changed: comments, order and the rest of the file stay as they were."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.util import load_yaml_guess_indent

from models.personal import KnownPeople
from roadmap.catalogue.file import read_file
from tasks.people.contacts import ContactsError, read_contacts
from tasks.people.replacements import Successor


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an official stands in the file; ``body`` is the code of an executor's body."""

    roadmap: str
    role: str
    body: str | None
    post: str


@contextmanager
def rewritten_contacts(path: Path, place: Place, successor: Successor) -> Iterator[bool]:
    """Yields whether the file names the official; the new text takes the old one's place when the block ends well.

    It lies ready beside the file before the block begins, so that a full disk or a bad address stops everything.
    ``ContactsError`` when the file, or what would become of it, is refused.
    """
    text = _with_successor(path, place, successor) if path.exists() else None
    if text is None:
        yield False
        return
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.yaml")
    try:
        with _as_refusal(path):
            _write(unfinished, text, like=path)
        _refuse_other_changes(path, unfinished, place, successor)
        yield True
        with _as_refusal(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def contacts_without(path: Path, place: Place, known: KnownPeople) -> Iterator[bool]:
    """As ``rewritten_contacts``, with the official's entry left out; yields whether the file named the official.

    ``ContactsError``, before anything is done, when the file would still say the name or the address.
    """
    text = _without(path, place) if path.exists() else None
    left = text if text is not None else path.read_text(encoding="utf-8-sig") if path.exists() else ""
    for number, line in enumerate(left.splitlines(), start=1):
        if known.names(line):
            raise ContactsError(f"{path.name}, строка {number}: лицо названо ещё и здесь — уберите сами и повторите")
    if text is None:
        yield False
        return
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.yaml")
    try:
        with _as_refusal(path):
            _write(unfinished, text, like=path)
        read_contacts(unfinished)
        yield True
        with _as_refusal(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _as_refusal(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise ContactsError(f"{path.name}: файл не записан ({refused.strerror}) — проверьте место и права") from refused


def _write(unfinished: Path, text: str, *, like: Path) -> None:
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.chmod(like.stat().st_mode & 0o777)


def _without(path: Path, place: Place) -> str | None:
    yaml, data = _loaded(path)
    if _entry(data, place) is None:
        return None
    roadmap = data[place.roadmap]
    if place.role != "executor":
        del roadmap[place.role]
    else:
        officials = roadmap["bodies"][place.body]
        officials.remove(_entry(data, place))
        if not officials:
            del roadmap["bodies"][place.body]
    return _dumped(yaml, data)


def _loaded(path: Path) -> tuple[YAML, Any]:
    """The file in the style it is written in."""
    read_contacts(path)
    text = read_file(path).decode("utf-8-sig")
    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.line_break = "\r\n" if "\r\n" in text else "\n"  # type: ignore[assignment]
    if indent:
        yaml.indent(mapping=indent if not offset else 2, sequence=indent, offset=offset or 0)
    return yaml, yaml.load(text)


def _dumped(yaml: YAML, data: Any) -> str:
    out = io.StringIO(newline="")
    yaml.dump(data, out)
    return out.getvalue()


def _with_successor(path: Path, place: Place, successor: Successor) -> str | None:
    yaml, data = _loaded(path)
    entry = _entry(data, place)
    if entry is None:
        return None
    entry["post"] = successor.post
    _put_after_post(entry, "name", successor.name)
    _put_channel(entry, successor.email)
    entry.pop("phone", None)
    return _dumped(yaml, data)


def _entry(data: Any, place: Place) -> Any:
    """The mapping of the official, None when the file does not name him."""
    roadmap = (data or {}).get(place.roadmap) or {}
    if place.role != "executor":
        named = roadmap.get(place.role)
        return named if named and named.get("post") == place.post else None
    officials = (roadmap.get("bodies") or {}).get(place.body) or []
    return next((one for one in officials if one.get("post") == place.post), None)


def _put_after_post(entry: Any, field: str, value: str) -> None:
    if field in entry or not hasattr(entry, "insert"):
        entry[field] = value
    else:
        entry.insert(list(entry).index("post") + 1, field, value)


def _put_channel(entry: Any, email: str) -> None:
    """One e-mail channel in place of all; the first mapping is kept, so that the style of the list is."""
    channels = entry.get("channels")
    if not channels:
        entry["channels"] = [{"kind": "email", "address": email}]
        return
    while len(channels) > 1:
        channels.pop()
    channels[0]["kind"], channels[0]["address"] = "email", email


def _refuse_other_changes(old: Path, new: Path, place: Place, successor: Successor) -> None:
    """A value shared with other entries, or a style we would spoil, must not change behind anybody's back."""
    try:
        after = read_contacts(new).model_dump()
    except ContactsError as error:
        raise ContactsError(*(line.replace(new.name, old.name, 1) for line in error.problems)) from error
    wanted = read_contacts(old).model_dump()
    roadmap = wanted[place.roadmap]
    named = [roadmap[place.role]] if place.role != "executor" else roadmap["bodies"][place.body]
    entry = next(one for one in named if one["post"] == place.post)
    entry |= {"post": successor.post, "name": successor.name, "phone": ""}
    entry["channels"] = ({"kind": "email", "address": successor.email},)
    if after != wanted:
        raise ContactsError(
            f"{old.name}: вместе с «{place.post}» изменились бы и другие записи — впишите преемника сами"
        )
