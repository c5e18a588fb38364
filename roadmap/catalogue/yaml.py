"""YAML read strictly: no key twice, dates stay dates, and only ``true`` and ``false`` are yes and no."""

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
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refusal(problem="ключом может быть только слово", problem_mark=key.start_mark)
            if key.value in seen:
                raise _Refusal(problem=f"ключ «{key.value}» повторяется — оставьте один", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:  # PyYAML lets date(2023, 2, 31) fail bare, without a place
            problem = f"нет такой даты или числа: {node.value} — исправьте значение"
            raise _Refusal(problem=problem, problem_mark=node.start_mark) from error


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
    """Endless nesting crashes libyaml's composer, and references to lists swell without end: neither is needed here."""
    depth = 0
    words: set[str | None] = set()
    for count, event in enumerate(yaml.parse(text, Loader=_StrictLoader)):
        problem = "слишком много записей — разделите файл" if count > _MOST_EVENTS else ""
        if isinstance(event, yaml.ScalarEvent):
            words.add(event.anchor)
        elif isinstance(event, yaml.AliasEvent) and event.anchor not in words:
            problem = "ссылки YAML на списки и наборы полей не принимаются — напишите значение целиком"
        elif isinstance(event, yaml.CollectionStartEvent):
            words.discard(event.anchor)
            depth += 1
            problem = "слишком глубокая вложенность — упростите запись" if depth > _DEEPEST else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if problem:
            raise _Refusal(problem=problem, problem_mark=cast(yaml.Mark, event.start_mark))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _frozen(entry) for key, entry in value.items()}
    return value
