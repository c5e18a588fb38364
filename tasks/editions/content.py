"""What makes two editions the same one: the hash of all that a catalogue says."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from roadmap.catalogue.schema import Catalogue

#: Fields that editions stored by earlier releases have not, by their part: unset, they make no other edition.
LATER_FIELDS: dict[str, tuple[str, ...]] = {
    "act": ("basis", "registration", "changes"),
    "ladder": ("co_term", "co_before"),
    "bodies": ("person",),
    **dict.fromkeys(("items", "directives", "duties"), ("words", "renews", "criteria", "done_by")),
    "indicators": ("covers", "asked_of", "computed_from", "unclear"),
}
LATER_PARTS = ("working_days", "executors_heading", "monitoring_by")


def content_hash(catalogue: Catalogue, shift_years: int = 0) -> str:
    """Equal for equal content: the catalogue's JSON and the years it is shifted by."""
    fields = catalogue.model_dump(mode="json")
    _drop_unset(fields, LATER_PARTS)
    for part, names in LATER_FIELDS.items():
        for entry in (fields[part],) if isinstance(fields[part], dict) else fields[part] or ():
            _drop_unset(entry, names)
    content = json.dumps([fields, shift_years], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _drop_unset(entry: dict[str, Any], names: Iterable[str]) -> None:
    """``renews`` is set where it is off, every other field where it says something."""
    for name in names:
        if entry[name] if name == "renews" else not entry[name] and entry[name] != 0:
            del entry[name]
