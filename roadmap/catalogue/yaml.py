"""YAML read strictly: no key twice, dates stay dates, and only ``true`` and ``false`` are yes and no."""

import math
import unicodedata
from typing import Any, cast

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml reads the same, slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

_BOOL = "tag:yaml.org,2002:bool"
_DEEPEST = 20
_MOST_EVENTS = 300_000
"""Words, lists and fields, with their ends: the longest of the built-in systems has a fiftieth of them."""
_MOST_SIGNS = 4_000_000
"""Of all values, those put in by references among them: twice what the largest file can hold by itself."""
_LONGEST_NUMBER = 40
"""Signs of a number or a date: 1:00:00:… of a megabyte would be computed for minutes."""
_MOST = 2**63
"""No number of an order comes near it, and no database holds it."""
_SHOWN = 40
_NO_CONSTRUCTOR = (ValueError, ArithmeticError, LookupError, AttributeError, TypeError)
"""What PyYAML fails with, bare and without a place, on a value that is not what its tag says."""

_RESOLVERS = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL or first in "tTfF"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


class UnreadableYaml(ValueError):
    """The text is no YAML that we accept; ``str`` is one Russian line with line and column where they are known."""


class _Refusal(yaml.MarkedYAMLError):
    """A refusal of ours: its ``problem`` is Russian and shown as it stands."""


class _StrictLoader(_SafeLoader):
    """``on`` is a field of the schema, so YAML 1.1's other spellings of booleans stay plain strings."""

    yaml_implicit_resolvers = _RESOLVERS

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        # What is called a mapping by its tag and is none, PyYAML refuses itself.
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode):
                raise _Refusal(problem="ключом может быть только слово", problem_mark=key.start_mark)
            if key.value in seen:
                raise _Refusal(problem=f"ключ «{key.value}» повторяется — оставьте один", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            if not _is_endless(node) and not _is_beyond(made := super().construct_object(node, deep=deep)):
                return made
        except _NO_CONSTRUCTOR as error:
            raise _no_such_value(node) from error
        raise _no_such_value(node)


def _is_endless(node: yaml.Node) -> bool:
    """A number or a date that nobody wrote by hand."""
    return (
        isinstance(node, yaml.ScalarNode)
        and node.tag.endswith((":int", ":float", ":timestamp"))
        and len(node.value) > _LONGEST_NUMBER
    )


def _is_beyond(made: Any) -> bool:
    return isinstance(made, int | float) and not (math.isfinite(made) and abs(made) < _MOST)


def _no_such_value(node: yaml.Node) -> _Refusal:
    value = node.value if isinstance(node, yaml.ScalarNode) else "…"
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    problem = f"нет такой даты или числа: {shown} — исправьте значение"
    return _Refusal(problem=problem, problem_mark=node.start_mark)


def read_yaml(text: str) -> Any:
    """The one document of the text, lists as tuples; raises ``UnreadableYaml``."""
    try:
        _refuse_traps(text)
        return _frozen(yaml.load(text, Loader=_StrictLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"строка {mark.line + 1}, столбец {mark.column + 1}: " if mark else ""
        known = error.problem if isinstance(error, _Refusal) else None
        words = known or "ошибка в записи YAML — проверьте отступы, кавычки и двоеточия"
        raise UnreadableYaml(place + words) from error
    except yaml.YAMLError as error:
        raise UnreadableYaml("недопустимый символ — сохраните файл заново как простой текст в UTF-8") from error


def _refuse_traps(text: str) -> None:
    """Before anything is built: endless nesting crashes libyaml's composer, and references swell without end."""
    depth = signs = 0
    words: dict[str | None, int] = {}
    for count, event in enumerate(yaml.parse(text, Loader=_StrictLoader)):
        problem = "слишком много записей — разделите файл" if count > _MOST_EVENTS else ""
        if isinstance(event, yaml.ScalarEvent):
            words[event.anchor] = len(event.value)
            signs += len(event.value)
            problem = problem or _odd_sign(event.value)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in words:
                problem = "ссылки YAML на списки и наборы полей не принимаются — напишите значение целиком"
            signs += words.get(event.anchor, 0)
        elif isinstance(event, yaml.CollectionStartEvent):
            words.pop(event.anchor, None)
            depth += 1
            problem = problem or ("слишком глубокая вложенность — упростите запись" if depth > _DEEPEST else "")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if signs > _MOST_SIGNS:
            problem = problem or "ссылки YAML повторяют слишком длинный текст — оставьте его один раз"
        if problem:
            raise _Refusal(problem=problem, problem_mark=cast(yaml.Mark, event.start_mark))


def _odd_sign(value: str) -> str:
    """A refusal of what escapes such as «\\0» put into a value: no page, letter or database takes it."""
    if all(unicodedata.category(sign) not in ("Cc", "Cs") or sign in "\n\t" for sign in value):
        return ""
    return "в значении служебный знак (\\0, \\x1b и подобные) — уберите его"


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _frozen(entry) for key, entry in value.items()}
    return value
