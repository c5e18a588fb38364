"""What Prefect shows about a control point, in Russian: names of runs and states, descriptions, the card. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from roadmap.cards.round import ROUND_FORM
from roadmap.cards.run_tags import all_runs
from roadmap.control.state import Point, state_name
from roadmap.language import brief, day, numbered
from roadmap.language.markdown import no_markup
from roadmap.reading import Reading, Window
from roadmap.review.answered import quoted, with_act_words
from roadmap.terms.rules import RULES
from roadmap.terms.wording.words import length

EVERY_RU = {
    "week": "еженедельно",
    "month": "ежемесячно",
    "quarter": "ежеквартально",
    "half_year": "раз в полугодие",
    "year": "ежегодно",
}
#: Rules of planning that are no rules of reading.
OWN_RULES = {"own-rhythm": "Ритм контроля задан каталогом: документ срока не называет."}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """An item as Prefect shows it; words are the document's own."""

    key: str
    """«krasnodar/2.1.3»."""
    roadmap_code: str
    region: str
    act: str
    zone: str
    number: str
    """As printed, or the item's code."""
    section: str
    title: str
    kind: str
    term: str
    reading: Reading
    owner: str
    owner_short: str
    responsible: str
    executors: str
    result: str
    source: str
    act_words: Mapping[str, str] = field(default_factory=dict)
    """The document's words of the fields in which a person's answer stands."""

    def quoted(self, name: str, *, otherwise: str = "") -> str:
        """The words of ``term``, ``responsible`` or ``executors`` in marks, the document's beside an answer."""
        return quoted(name, getattr(self, name), self.act_words, otherwise=otherwise)

    def said(self, name: str) -> str:
        """The same without marks where nothing was answered."""
        return with_act_words(name, getattr(self, name), self.act_words) or str(getattr(self, name))


class CardPoint(Point, Protocol):
    """A control point as Prefect shows it."""

    @property
    def key(self) -> str: ...

    @property
    def item(self) -> ItemFacts: ...

    @property
    def owner_name(self) -> str:
        """The body that answers."""

    @property
    def body(self) -> str:
        """Short name of the body a fanned-out point belongs to."""

    @property
    def purpose(self) -> str: ...

    @property
    def due_on(self) -> date: ...

    @property
    def deadline_note(self) -> str: ...

    @property
    def period(self) -> str:
        """Of a round of monitoring: «за III квартал 2026 г.»."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a point's history; ``words`` as on every page: «срок перенесён на 31.05.2027»."""

    on: date
    words: str
    actor: str
    reason: str = ""


def deployment_name(item: ItemFacts) -> str:
    """«1.2 Форсайт-сессия»; Prefect refuses «/» and «%» in names."""
    return re.sub(r"[/%&<>]", " ", numbered(item.number, brief(item.title, 60), stop=""))


def run_name(point: CardPoint) -> str:
    """«1.2 Форсайт-сессия · до 31.05.2027», the day being the one that is controlled."""
    task = "назвать даты: " if point.purpose == "name_dates" else ""
    body = f" · {point.body}" if point.body else f" {point.period}" if point.period else ""
    title = numbered(point.item.number, f"{task}{brief(point.item.title, 60)}", stop="")
    return f"{title}{body} · до {day(point.deadline_on)}"


def artifact_key(key: str) -> str:
    """A key Prefect takes: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")


def tags(item: ItemFacts) -> list[str]:
    """Roadmap, section and owner."""
    return [tag for tag in (item.roadmap_code, brief(item.section, 50), brief(item.owner_short, 50)) if tag]


def reading_words(reading: Reading) -> str:
    """The dated meaning of the term and the rule that gave it, in Russian."""
    rule = RULES.get(reading.rule) or OWN_RULES.get(reading.rule) or reading.rule
    return " ".join(filter(None, (meaning_words(reading), f"Правило: {rule}")))


def term_words(term: str, reading: Reading) -> str:
    """The term as the document has it; where a duty names it in its own words («ежегодных»), those."""
    return term or (reading.text if reading.rule == "words-rhythm" else "")


def description(item: ItemFacts) -> str:
    """Markdown of a deployment: what the document asks for, word for word, and how it is read."""
    words = term_words(item.term, item.reading)
    facts = (
        ("Срок в документе", quoted("term", words, item.act_words, otherwise="не назван")),
        ("Прочтение", reading_words(item.reading)),
        ("Отвечает", item.owner),
        ("Ответственные в документе", item.said("responsible")),
        ("Исполнители в документе", item.said("executors")),
        ("Ожидаемый результат", item.result),
        ("Раздел", item.section),
        ("Источник", f"{item.act}, {item.source}" if item.source else item.act),
    )
    runs = f"[Все запуски этого пункта]({all_runs()})"
    return f"### {no_markup(item.title)}\n\n{no_markup(item.region)}\n\n{runs}\n\n{_facts(facts, key=item.key)}"


def point_card(
    point: CardPoint,
    history: Iterable[Happened],
    *,
    today: date,
    refusal: str = "",
    page_url: str = "",
    stages: str = "",
) -> str:
    """Markdown of a control point for the coordinator; ``refusal`` says why the last decision was not taken.

    ``page_url`` is the same point on the coordinator's page; ``stages`` the card of its process.
    """
    item = point.item
    facts = (
        ("Состояние", state_name(point, today)),
        ("Контрольный срок", day(point.deadline_on) + (f" ({point.deadline_note})" if point.deadline_note else "")),
        ("Срок по документу", " — ".join(filter(None, (item.quoted("term"), day(point.due_on))))),
        ("Отвечает", point.owner_name),
        ("Ответственные", with_act_words("responsible", item.responsible, item.act_words)),
        ("Исполнители в документе", item.said("executors")),
        ("Ожидаемый результат", item.result),
        ("Сообщено об исполнении", day(point.submitted_on) if point.submitted_on else ""),
        ("Документ", f"{item.act}, {item.source}" if item.source else item.act),
    )
    task = "Назвать даты: " if point.purpose == "name_dates" else ""
    title = numbered(item.number, " ".join(filter(None, (task + item.title, point.period))), stop="")
    parts = [f"## {no_markup(title)}", no_markup(item.region)]
    if refusal:
        parts.append(f"> **Решение не принято:** {no_markup(refusal)}")
    parts += [_to_page(page_url), stages, _facts(facts, key=point.key), _history(history)]
    return "\n\n".join(part for part in parts if part)


def _to_page(page_url: str) -> str:
    return f"**[Решить на странице контроля]({page_url})**" if page_url else ""


def form_description(point: CardPoint, refusal: str = "", *, has_stages: bool = False, page_url: str = "") -> str:
    """Markdown above the fields of the form. It stays as saved, so nothing in it may grow old.

    It begins with why the last decision was not taken, if one was not, and the link to the same point on the
    coordinator's page.
    """
    refused = f"**Прошлое решение не принято.** {no_markup(refusal)}" if refusal else ""
    said = "".join(f"{part}\n\n" for part in (refused, _to_page(page_url)) if part)
    if point.purpose == "round":
        title = no_markup(f"{brief(point.item.title, 160)} {point.period}")
        return f"{said}**{title}**\n\n{ROUND_FORM}"
    whole = (
        "**Принять** — результат есть. **Вернуть** — на доработку, нужно основание. **Перенести** — нужны основание и "
        "новый срок. **Снять** — снять с контроля, нужно основание."
    )
    if has_stages:
        whole = (
            "Этап: **Отметить**, **Пропустить**, записать **Отказ** (два последних — с основанием). Пункт в целом: "
            "**Принять**, **Вернуть**, **Перенести**, **Снять** — поля «Этап» и «Кто» пустые."
        )
    title = no_markup(numbered(point.item.number, brief(point.item.title, 160), stop=""))
    return f"{said}**{title}**\n\nОтвечает: {no_markup(point.owner_name)}.\n\n{whole}"


def meaning_words(reading: Reading) -> str:
    """The dated meaning alone, in Russian: «до 01.06.2027.»."""
    match reading.kind:
        case "windows" | "continuous":
            return "; ".join(_window(window) for window in reading.windows) + "."
        case "recurring":
            first, last = reading.windows[0], reading.windows[-1]
            every = EVERY_RU.get(reading.every or "", "повторяется")
            return f"{every.capitalize()}, первый срок — {day(first.due)}, последний — {day(last.due)}."
        case "external":
            return f"По плану: {reading.plan}." if reading.plan else "По отдельному плану."
        case "relative":
            return _offset(reading)
        case "unreadable":
            return "Не прочитано: " + "; ".join(reading.problems).rstrip(".") + "."
    return ""


def _offset(reading: Reading) -> str:
    """«10 рабочих дней после подписания.»; the words of the event stand in the genitive, as the document has them."""
    if reading.relative is None:
        return "Отсчёт от события."
    number, unit = reading.relative
    event = reading.event or "события, которое в документе не названо"
    return f"Отсчёт от события: {length(abs(number), unit)} {'до' if number < 0 else 'после'} {event}."


def _window(window: Window) -> str:
    if window.start is None:
        return f"до {day(window.due)}"
    return day(window.due) if window.start == window.due else f"с {day(window.start)} по {day(window.due)}"


def _facts(facts: Iterable[tuple[str, str]], *, key: str) -> str:
    lines = [f"- **{name}:** {no_markup(value)}" for name, value in facts if value]
    return "\n".join([*lines, f"- **Ключ:** `{key}`"])


def _history(history: Iterable[Happened]) -> str:
    rows = [f"| {day(h.on)} | {h.words} | {no_markup(h.actor)} | {no_markup(h.reason)} |" for h in history]
    return "\n".join(["| Дата | Событие | Кто | Основание |", "|---|---|---|---|", *rows]) if rows else ""
