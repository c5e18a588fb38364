"""Answers to questions, in the one form that every command takes.

.. code-block:: yaml

    answers:
      - about: term
        words: к лету
        answer: до 1 июня 2027 г.

``about`` and ``words`` are those of the question as the command prints it; ``answer`` is what a person decided. The
file is kept and given again: an answer whose question no longer comes up does no harm.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import yaml

from roadmap.catalogue.yaml import UnreadableYaml, read_yaml

FIELDS = ("about", "words", "answer")
HEAD = (
    "# Ответы на вопросы «vekha import»; файл хранят и дают снова: vekha import ПРИКАЗ --answers ЭТОТ_ФАЙЛ",
    "# about и words — о чём вопрос и его слова, как их показал импорт; answer — что решено (числа и даты в кавычках).",
)
_FORM = "нужен ключ answers и под ним список записей с полями about, words и answer"


class AnswersError(ValueError):
    """Answers that cannot be used; ``str`` is one Russian line with file, place and remedy."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decided on the question of kind ``about`` with these ``words``; blanks at the ends are cut."""

    about: str
    words: str
    answer: str


def read_answers(text: str, name: str) -> list[Answer]:
    """The answers in a YAML text, in order; none in an empty one. ``name`` is the file, as errors call it.

    Raises ``AnswersError`` for what is no YAML, for another form, for a value that is no text (YAML makes dates and
    numbers of bare words: they want quotes) and for two different answers to one question.
    """
    try:
        content = read_yaml(text)
        answers = [] if content is None else list(_entries(content))
        _refuse_contradictions(answers)
    except (UnreadableYaml, AnswersError) as problem:
        raise AnswersError(f"{name}: {problem}") from problem
    return answers


def answers_text(answers: Iterable[Answer], before: str = "") -> str:
    """The file of the answers, which ``read_answers`` reads; the comment at the head of the text ``before`` stays."""
    head = list(takewhile(lambda line: line.startswith("#"), before.removeprefix("\ufeff").splitlines())) or HEAD
    entries = [{field: getattr(answer, field) for field in FIELDS} for answer in answers]
    text: str = yaml.safe_dump({"answers": entries}, allow_unicode=True, sort_keys=False, width=2**20)
    return "\n".join([*head, text])


def _entries(content: Any) -> Iterator[Answer]:
    if not isinstance(content, dict) or set(content) != {"answers"}:
        raise AnswersError(_FORM)
    entries = content["answers"] or ()
    if not isinstance(entries, tuple):
        raise AnswersError(_FORM)
    for n, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or set(entry) != set(FIELDS):
            raise AnswersError(f"answers, запись {n}: нужны ровно поля about, words и answer")
        for field in FIELDS:
            if not isinstance(entry[field], str):
                raise AnswersError(f"answers, запись {n}, {field}: нужны слова — возьмите значение в кавычки")
        if not entry["about"].strip():
            raise AnswersError(f"answers, запись {n}, about: пусто — впишите слово в скобках из вопроса")
        yield Answer(*(entry[field].strip() for field in FIELDS))


def _refuse_contradictions(answers: list[Answer]) -> None:
    known: dict[tuple[str, str], tuple[int, str]] = {}
    for n, answer in enumerate(answers, start=1):
        asked = answer.about, " ".join(answer.words.casefold().split())
        first, given = known.setdefault(asked, (n, answer.answer))
        if given != answer.answer:
            raise AnswersError(
                f"answers, записи {first} и {n}: на один вопрос «{answer.words}» разные ответы — оставьте один"
            )
