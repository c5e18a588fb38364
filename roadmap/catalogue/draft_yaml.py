"""A catalogue as a draft for people: YAML with a comment above every entry that somebody has to decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import yaml

from roadmap.catalogue import open_questions
from roadmap.catalogue.schema import Catalogue

Value = TypeVar("Value")
WIDTH = 110
MARK = f"{open_questions.MARK}: "


@dataclass(frozen=True, slots=True)
class DraftEntry(Generic[Value]):
    """An entry of a catalogue and what is asked about it."""

    value: Value
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A catalogue with questions: ``questions`` by field, ``entries`` by list and in its order; ``head`` for people."""

    catalogue: Catalogue
    questions: Mapping[str, tuple[str, ...]]
    entries: Mapping[str, Sequence[tuple[str, ...]]]
    head: tuple[str, ...] = ()

    @property
    def asked(self) -> int:
        """How many questions stand open."""
        return sum(map(len, self.questions.values())) + sum(
            len(asked) for row in self.entries.values() for asked in row
        )

    def to_yaml(self) -> str:
        """The draft as a catalogue file; a question is a comment right above its entry."""
        data = self.catalogue.model_dump(exclude_defaults=True)
        for field in self.questions:
            data.setdefault(field, [])
        order = [field for field in type(self.catalogue).model_fields if field in data]
        head = [*(f"# {line}" for line in self.head), *([""] if self.head else [])]
        return "\n".join([*head, *(block for field in order for block in self._block(field, data[field]))]) + "\n"

    def _block(self, field: str, value: Any) -> Iterator[str]:
        yield from _comments(self.questions.get(field, ()), indent="")
        if not isinstance(value, tuple):
            yield _dumped({field: value})
            return
        yield f"{field}:"
        asked = self.entries.get(field) or [()] * len(value)
        for entry, questions in zip(value, asked, strict=True):
            yield from _comments(questions, indent="  ")
            first, *rest = _dumped(entry).rstrip("\n").split("\n")
            yield "\n".join([f"  - {first}", *(f"    {line}".rstrip() for line in rest), ""])


def _comments(questions: Sequence[str], *, indent: str) -> Iterator[str]:
    return (f"{indent}{MARK}{' '.join(question.split())}" for question in questions)


def _dumped(value: Any) -> str:
    return yaml.dump(_plain(value), Dumper=yaml.SafeDumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def _plain(value: Any) -> Any:
    """Lists for tuples: YAML's safe form knows no tuples."""
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple | list) else value
