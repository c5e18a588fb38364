"""The draft of a catalogue: what was found as YAML, each open question as a comment above the entry it asks about."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import yaml

from roadmap.catalogue.open_questions import MARK
from roadmap.catalogue.schema import ItemKind
from roadmap.documents.act.regions import zone_of
from roadmap.documents.bodies import OFFICIALS, latin
from roadmap.documents.columns.roles import NAME_RU
from roadmap.documents.entries import Entry
from roadmap.documents.importer import Found
from roadmap.documents.names import kind_of as kind_of_name
from roadmap.documents.questions import Question
from roadmap.documents.tables.items import ASIDE
from roadmap.review.kinds import keeps_registry

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
#: Entries in one dump: the dumper keeps all that it was given, and a long order would swell it.
AT_ONCE = 50
_KIND, _LEVEL = re.compile(r"  kind: \w+$"), re.compile(r"  level: \w+$")
_KIND_PROPOSED = "  # предложено по словам, проверьте"
_LEVEL_SEEN = "  # предложено по названию, проверьте"
_LEVEL_GUESSED = "  # по названию уровень не виден: предложен regional, проверьте"
_LEVEL_OF_OFFICIAL = "  # должность или лицо, а не орган: здесь уровень того, где служит, проверьте"
_REGIONAL = re.compile(r"министерств|департамент|област|\bкра[йяе]|республик|регион|институт развития|\bцнппм|\bиро\b")
PARTS = (("items", "table"), ("directives", "directive"), ("duties", "duty"))
_HEAD = (
    "Черновик, составленный при импорте: слова взяты из документа, коды и виды мероприятий предложены.",
    "Пока в файле есть строка «ВОПРОС», карту на контроль не поставить. Удалить такую строку — значит принять запись",
    "под ней как она есть: поэтому сначала впишите ответ в саму запись (срок, орган, период), потом удалите строку.",
    "Проще отвечать по порядку: vekha import ПРИКАЗ --ask -o ЧЕРНОВИК; либо впишите ответы в answers.yaml (about,",
    "words, answer) и повторите импорт: слова документа тогда останутся в черновике рядом с ответом (words).",
)


def draft(found: Found) -> str:
    """The YAML text of the draft catalogue; ``open_questions`` of it lists what keeps it from being loaded."""
    region = found.region
    about = _by_about(found.questions)
    parts = [*(f"# {line}" for line in _HEAD), ""]
    parts += _asked(question for question in found.questions if question.about not in ("act", "period", "indicator"))
    parts.append(
        _dump(
            {
                "code": _code(found),
                "region": region or "регион не назван",
                "title": found.title or "Дорожная карта",
            }
        )
    )
    parts += [*_asked(about("act")), _dump({"act": _act(found)})]
    parts += [
        *_asked(about("period")),
        _dump({"period": _period(found)}),
    ]
    parts.append(_dump({"zone": zone_of(region)}))
    if found.controller:
        parts.append(_dump({"controller": found.controller}))
    if found.definitions:
        parts.append(_dump({"definitions": found.definitions}))
    parts.append(_bodies([body.to_entry() for body in found.bodies.all] or [_author(found)]))
    if found.sections:
        parts.append(_dump({"sections": [{"code": code, "title": title} for code, title in found.sections.items()]}))
    for name, origin in PARTS:
        if entries := [entry for entry in found.items if entry.part == origin]:
            parts.append(_entries(name, entries))
    if found.indicators:
        parts.append(_indicators(found.indicators, about("indicator")))
    return "\n".join(parts)


def drafted(found: Found) -> dict[str, Any]:
    """The draft as data, without its questions and comments."""
    data: dict[str, Any] = {
        "code": _code(found),
        "region": found.region or "регион не назван",
        "title": found.title or "Дорожная карта",
        "act": _act(found),
        "period": _period(found),
        "zone": zone_of(found.region),
        "definitions": found.definitions,
        "bodies": [body.to_entry() for body in found.bodies.all] or [_author(found)],
        "sections": [{"code": code, "title": title} for code, title in found.sections.items()],
        "indicators": _distinct(found.indicators),
    }
    if found.controller:
        data["controller"] = found.controller
    for name, origin in PARTS:
        data[name] = [_item(entry) for entry in found.items if entry.part == origin]
    return data


def _period(found: Found) -> dict[str, Any]:
    """The period; empty where no year is named anywhere, so that the draft is no catalogue until somebody answers."""
    start, end, ground = found.period or (None, None, "период не назван")
    return {"start": start, "end": end, "ground": ground or "предложен при импорте"}


def kind_of(words: str) -> ItemKind:
    """The kind of an item by its words; what fits nothing is an activity."""
    lowered = words.casefold()
    found: ItemKind = next((kind for kind, pattern in _KINDS if pattern.search(lowered)), "activity")
    # A registry that is kept, unless the words are of something else that only mentions it.
    return "registry" if found in ("document", "activity") and keeps_registry(lowered) else found


def _dump(value: Any) -> str:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return str(text)


def _asked(questions: Iterable[Question]) -> list[str]:
    return [f"{MARK} {' '.join(question.line.split())}" for question in questions]


def _by_about(questions: list[Question]) -> Callable[[str], list[Question]]:
    return lambda about: [question for question in questions if question.about == about]


def _code(found: Found) -> str:
    """By the region, where the document names none by the authority."""
    return latin(found.region or found.act.authority or "roadmap")


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
    parts = (entries[n : n + AT_ONCE] for n in range(0, len(entries), AT_ONCE))
    dumped = "".join(_dump([_item(entry) for entry in part]) for part in parts)
    lines = _between(dumped, (_notes(entry) for entry in entries))
    return "\n".join([f"{name}:", *(line + _KIND_PROPOSED if _KIND.match(line) else line for line in lines)])


def _notes(entry: Entry) -> list[str]:
    """What stands above an entry: its questions, and words of the document that no field of an item takes."""
    said = ((NAME_RU[role], entry.item.words.get(role, "")) for role in ASIDE)
    aside = "; ".join(f"{name} — «{' '.join(words.split())}»" for name, words in said if words)
    return [*_asked(entry.questions), *([f"# В документе ещё: {aside}"] if aside else [])]


def _indicators(indicators: list[dict[str, Any]], questions: list[Question]) -> str:
    """The indicators, each below the questions about it."""
    asked = [
        [
            question
            for question in questions
            if (question.words, question.place) == (found["title"], found["source"]["place"])
        ]
        for found in indicators
    ]
    return "\n".join(["indicators:", *_between(_dump(_distinct(indicators)), map(_asked, asked))])


def _bodies(bodies: list[dict[str, Any]]) -> str:
    """The bodies; what their level was told by stands beside it, for nobody but a person knows it surely."""
    names = iter(bodies)
    out = ["bodies:"]
    for line in _dump(bodies).splitlines():
        if _LEVEL.match(line):
            line += _why_level(next(names))
        out.append(line)
    return "\n".join([*out, ""])


def _why_level(body: dict[str, Any]) -> str:
    """What the level of a body was told by, or that it is that of an official."""
    if _shows_level(body):
        return _LEVEL_SEEN
    return _LEVEL_OF_OFFICIAL if kind_of_name(body["name"]) in OFFICIALS else _LEVEL_GUESSED


def _shows_level(body: dict[str, Any]) -> bool:
    return body["level"] != "regional" or bool(_REGIONAL.search(body["name"].casefold()))


def _between(dumped: str, notes: Iterable[Sequence[str]]) -> Iterator[str]:
    """A dumped list with comments above its entries: a dump for each entry would cost more than the reading."""
    waiting = iter(notes)
    for line in dumped.split("\n"):
        if line.startswith("- "):
            yield from next(waiting)
        yield line


def _item(entry: Entry) -> dict[str, Any]:
    item = entry.item
    words = {role: item.words.get(role, "") for role in ("title", "responsible", "executors", "term", "result")}
    out: dict[str, Any] = {"code": entry.code, "number": item.number}
    if item.section_code:
        out["section"] = item.section_code
    if entry.group:
        out["group"] = entry.group
    out |= {role: text for role, text in words.items() if text}
    if answered := {role: said for role, said in item.act_words.items() if said != item.words.get(role, "")}:
        out["words"] = answered
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
