"""Reads what the coordinator writes about stages: which stage, whose, how many, what a session decided. Pure.

Forgiving of endings, case and «г.», never of doubt: words that fit nothing or several things are refused whole.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from roadmap.language import normalise
from roadmap.language.matching import declined, same_stem
from roadmap.processes.schema import Stage

SHOWN = 8
_ALL = frozenset({"все", "всеми", "всех", "всем", "всё"})
_EMPTY = _ALL | {"этап", "этапа"}
#: What stands beside the name of a municipality and tells it from no other.
_KIND_OF_PLACE = frozenset(
    (
        *("г", "город", "городской", "городское", "округ", "муниципальный", "муниципальное", "муниципального"),
        *("образование", "образования", "район", "района", "мо", "го", "р", "н"),
    )
)


class Unclear(ValueError):
    """The words fit nothing, or several things; one Russian line with the candidates."""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision of a session as entered: ``owner`` is the code of a body, ``term`` verbatim."""

    line: int
    owner: str
    owner_words: str
    todo: str
    term: str


def read_stages(stages: Sequence[Stage], words: str) -> list[Stage]:
    """The stages meant: by number in the list, code, title or what counts say of it.

    «Подписано» means that all have signed: the stage of which counts say so, with those it needs that are signatures
    too. Raises ``Unclear`` with the list.
    """
    numbered = re.fullmatch(r"\D{0,8}?(\d{1,2})\D?", words.strip())
    if numbered and 1 <= int(numbered[1]) <= len(stages):
        return [stages[int(numbered[1]) - 1]]
    tokens = [token for token in normalise.words(words) if token not in _EMPTY]
    by_code = [stage for stage in stages if words.strip().casefold() == stage.code]
    begun = [stage for stage in stages if tokens and tokens == normalise.words(stage.title)[: len(tokens)]]
    if len(sure := by_code or begun) == 1:
        return sure
    found = [stage for stage in stages if tokens and _all_alike(tokens, normalise.words(f"{stage.title} {stage.done}"))]
    if len(found) == 1:
        return found
    for stage in found:
        others = {other.code for other in found if other is not stage}
        if stage.done and tokens == normalise.words(stage.done)[: len(tokens)] and others <= set(stage.needs):
            return found
    listed = found or list(stages)
    shown = "; ".join(f"{stages.index(stage) + 1} — {stage.title}" for stage in listed)
    what = "подходит несколько этапов" if found else "такого этапа нет"
    raise Unclear(f"Этап «{words.strip()}»: {what}; укажите номер: {shown}")


def means_all(words: str) -> bool:
    """«Всеми», also behind the stage: «подписано всеми»."""
    return any(token in _ALL for token in normalise.words(words))


def means_missing(words: str) -> bool:
    """«Не внесено», «недостающее»: all that is owed behind what was recorded out of order."""
    tokens = [token for token in normalise.words(words) if token not in _EMPTY]
    return tokens in (["не", "внесено"], ["не", "внесены"]) or (bool(tokens) and tokens[0].startswith("недостающ"))


def read_names(words: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys of a list «Сочи; Анапа; …», each once; ``names`` are the names of each key. Raises ``Unclear``."""
    said = [part.strip() for part in re.split(r"[;,\n]", words) if part.strip()]
    return list(dict.fromkeys(read_name(part, names) for part in said))


def read_name(words: str, names: Mapping[str, Sequence[str]]) -> str:
    """The key that bears a name: the same words, the same but for «г.» and «район», or its first whole words.

    Raises ``Unclear`` with the candidates.
    """
    asked, core = normalise.words(words), _core(words)
    levels: tuple[Callable[[str], bool], ...] = (
        lambda name: normalise.words(name) == asked,
        lambda name: _core(name) == core,
        lambda name: _core(name)[: len(core)] == core,
        lambda name: len(_core(name)) == len(core) and all(map(declined, core, _core(name))),
    )
    for fits in levels:
        found = [key for key, known in names.items() if any(fits(name) for name in known if name)]
        if asked and len(found) == 1:
            return found[0]
        if asked and found:
            raise Unclear(f"«{words}»: подходит несколько: {_listed(names[key][0] for key in found)}")
    near = [key for key, known in names.items() if any(_near(core, _core(name)) for name in known)]
    hint = f"похоже на: {_listed(names[key][0] for key in near)}" if near else _listed(k[0] for k in names.values())
    raise Unclear(f"«{words}»: такого названия нет; {hint}")


def read_count(words: str, field: str) -> int | None:
    """A number of people or entries; None when nothing was entered. Raises ``Unclear``."""
    digits = re.sub(r"\s", "", words)
    if not digits:
        return None
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        return int(digits)
    raise Unclear(f"{field}: «{words.strip()}» — не число; напишите, например, 31")


def read_decisions(text: str, names: Mapping[str, Sequence[str]]) -> list[DecisionLine]:
    """The decisions of a session, one per line «исполнитель | что сделать | срок».

    Raises ``Unclear`` that names every line that is not clear.
    """
    read, wrong = [], []
    for line, words in enumerate(text.splitlines(), start=1):
        if not words.strip():
            continue
        parts = [" ".join(part.split()) for part in words.strip().strip("|").split("|")]
        if len(parts) != 3 or not all(parts):
            wrong.append(f"строка {line}: нужно «исполнитель | что сделать | срок»")
            continue
        try:
            read.append(DecisionLine(line, read_name(parts[0], names), *parts))
        except Unclear as unclear:
            wrong.append(f"строка {line}: исполнитель {unclear}")
    if wrong:
        raise Unclear(f"Решения сессии не внесены — {'; '.join(wrong)}")
    return read


def _core(words: str) -> list[str]:
    tokens = normalise.words(words)
    return [token for token in tokens if token not in _KIND_OF_PLACE] or tokens


def _all_alike(asked: Sequence[str], known: Sequence[str]) -> bool:
    return all(any(same_stem(token, other) for other in known) for token in asked)


def _near(asked: Sequence[str], known: Sequence[str]) -> bool:
    return any(one[:3] == other[:3] for one in asked for other in known)


def _listed(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = f" и ещё {len(listed) - SHOWN}" if len(listed) > SHOWN else ""
    return "; ".join(listed[:SHOWN]) + more
