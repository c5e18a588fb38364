"""The draft of a catalogue: what was found as YAML, each open question as a comment above the entry it asks about."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import yaml

from roadmap.catalogue.schema import ItemKind
from roadmap.documents.bodies import latin
from roadmap.documents.entries import Entry
from roadmap.documents.found import Found
from roadmap.documents.questions import MARK, Question
from roadmap.documents.regions import zone_of

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:  # PyYAML built without libyaml writes the same, slower
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]

_KINDS: tuple[tuple[ItemKind, re.Pattern[str]], ...] = (
    ("agreement", re.compile(r"соглашени|договор")),
    ("study", re.compile(r"исследовани|нику")),
    ("monitoring", re.compile(r"мониторинг|диагностик|анализ показател|оценк\w эффективн")),
    (
        "session",
        re.compile(r"сесси|совещани|вебинар|семинар|конференц|форум|слет|слёт|фестивал|марафон|игра|коворкинг"),
    ),
    (
        "document",
        re.compile(r"приказ|положени|распорядительн|реестр|разработ|документ|методическ\w+ рекомендац|справк|письмо"),
    ),
)
_HEAD = (
    "Черновик, составленный при импорте: слова взяты из документа, коды и виды мероприятий предложены.",
    "Строки «ВОПРОС» не дают поставить карту на контроль: ответьте в записи под вопросом и удалите строку вопроса,",
    "либо впишите ответ в answers.yaml (about, words, answer) и повторите импорт.",
)


def draft(found: Found) -> str:
    """The YAML text of the draft catalogue; ``open_questions`` of it lists what keeps it from being loaded."""
    region = found.region
    start, end, ground = found.period
    about = _by_about(found.questions)
    parts = [*(f"# {line}" for line in _HEAD), ""]
    parts += _asked(question for question in found.questions if question.about not in ("act", "period"))
    parts.append(
        _dump(
            {
                "code": latin(region or "roadmap"),
                "region": region or "регион не назван",
                "title": found.title or "Дорожная карта",
            }
        )
    )
    parts += [*_asked(about("act")), _dump({"act": _act(found)})]
    parts += [
        *_asked(about("period")),
        _dump({"period": {"start": start, "end": end, "ground": ground or "предложен при импорте"}}),
    ]
    parts.append(_dump({"zone": zone_of(region)}))
    if found.controller:
        parts.append(_dump({"controller": found.controller}))
    if found.definitions:
        parts.append(_dump({"definitions": found.definitions}))
    bodies = [body.to_entry() for body in found.bodies.all] or [_author(found)]
    parts.append(_dump({"bodies": bodies}))
    if found.sections:
        parts.append(_dump({"sections": [{"code": code, "title": title} for code, title in found.sections.items()]}))
    for name, origin in (("items", "table"), ("directives", "directive"), ("duties", "duty")):
        if entries := [entry for entry in found.items if entry.origin == origin]:
            parts.append(_entries(name, entries))
    if found.indicators:
        parts.append(_dump({"indicators": _distinct(found.indicators)}))
    return "\n".join(parts)


def kind_of(words: str) -> ItemKind:
    """The kind of an item by its words; what fits nothing is a measure."""
    lowered = words.casefold()
    return next((kind for kind, pattern in _KINDS if pattern.search(lowered)), "measure")


def _dump(value: Any) -> str:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return str(text)


def _asked(questions: Iterable[Question]) -> list[str]:
    return [f"{MARK} {' '.join(question.line.split())}" for question in questions]


def _by_about(questions: list[Question]) -> Callable[[str], list[Question]]:
    return lambda about: [question for question in questions if question.about == about]


def _act(found: Found) -> dict[str, Any]:
    act = found.act
    entry: dict[str, Any] = {"kind": act.kind or "акт", "number": act.number}
    if act.on:
        entry["on"] = act.on
    entry |= {"title": act.title, "authority": act.authority or "орган не назван"}
    if act.amends:
        entry["amends"] = act.amends | {"on": date.fromisoformat(act.amends["on"])}
    return entry | {"document": found.name}


def _author(found: Found) -> dict[str, Any]:
    name = found.act.authority or "орган не назван"
    return {"code": latin(name), "name": name, "short": name, "level": "regional"}


def _entries(name: str, entries: list[Entry]) -> str:
    """One list of items in one go, the questions put between them: a dump for each would cost more than the reading."""
    lines = _dump([_item(entry) for entry in entries]).split("\n")
    out = [f"{name}:"]
    waiting = iter(entries)
    for line in lines:
        if line.startswith("- "):
            out += _asked(next(waiting).questions)
        out.append(line)
    return "\n".join(out)


def _item(entry: Entry) -> dict[str, Any]:
    item = entry.item
    words = {role: item.words.get(role, "") for role in ("title", "responsible", "executors", "term", "result")}
    out: dict[str, Any] = {"code": entry.code, "number": item.number}
    if item.section_code:
        out["section"] = item.section_code
    if entry.group:
        out["group"] = entry.group
    out |= {role: text for role, text in words.items() if text}
    out["owner"] = entry.bodies[0].code
    if len(entry.bodies) > 1:
        out["co_executors"] = [body.code for body in entry.bodies[1:]]
    out["kind"] = kind_of(f"{words['title']} {words['result']}")
    if entry.reading.kind == "relative" and entry.reading.event:
        out["event"] = {"words": entry.reading.event}
    if entry.origin == "duty" and not words["term"]:
        out["controlled"] = False
    return out | {"source": {"place": item.place}}


def _distinct(indicators: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken: dict[str, int] = {}
    out = []
    for indicator in indicators:
        n = taken[indicator["code"]] = taken.get(indicator["code"], 0) + 1
        out.append(indicator if n == 1 else indicator | {"code": f"{indicator['code']}-{n}"})
    return out
