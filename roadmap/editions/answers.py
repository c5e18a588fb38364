"""Answers to the questions of an amendment, in the form that every command takes: ``about: item``."""

from collections.abc import Iterable, Mapping, Sequence

import yaml

from roadmap.catalogue.answers import Answer
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.editions import DROPPED, KEPT, Question
from roadmap.language.matching import alike

ABOUT = "item"
WORDS = {DROPPED: "исключён", KEPT: "сохранить"}
"""What a person writes instead of a code of the new edition."""


def by_code(answers: Iterable[Answer], old: Catalogue, new: Catalogue) -> tuple[dict[str, str], tuple[Answer, ...]]:
    """Old code → code in the draft, ``DROPPED`` or ``KEPT``; and the answers about items that are not there.

    An item is named by its code, its title, or both, as the question shows it; answers to other questions are left
    alone, for the file may serve the import too.
    """
    olds, news = ({item.code: item for _, item in edition.duties_by_origin()} for edition in (old, new))
    found: dict[str, str] = {}
    unmatched = []
    for answer in answers:
        if answer.about != ABOUT:
            continue
        if (code := _named(answer.words, olds)) is None:
            unmatched.append(answer)
        else:
            found[code] = _target(answer.answer, news)
    return found, tuple(unmatched)


def pasted(questions: Sequence[Question]) -> str:
    """The proposals as YAML to be put into the file of answers and corrected there."""
    entries = [
        {"about": ABOUT, "words": asked_about(question.old), "answer": WORDS.get(question.proposed, question.proposed)}
        for question in questions
    ]
    text: str = yaml.safe_dump({"answers": entries}, allow_unicode=True, sort_keys=False, width=2**20)
    return text


def asked_about(item: Item) -> str:
    """The words by which a question and its answer name an item: «1.2.1 Стратегическая сессия»."""
    return f"{item.code} {' '.join(item.title.split())}"


def _named(words: str, items: Mapping[str, Item]) -> str | None:
    """The code of the item; None unless the words name exactly one."""
    code = words.partition(" ")[0]
    if code in items and words in (code, asked_about(items[code])):
        return code
    named = [code for code, item in items.items() if alike(words, item.title) or alike(words, asked_about(item))]
    return named[0] if len(named) == 1 else None


def _target(words: str, news: Mapping[str, Item]) -> str:
    settled = {said: answer for answer, said in WORDS.items()} | {DROPPED: DROPPED, KEPT: KEPT}
    return settled.get(words.casefold().replace("исключен", "исключён").strip()) or _named(words, news) or words
