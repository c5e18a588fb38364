"""The overview of a roadmap for the coordinator, in Russian: the summary, what is overdue, progress. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from roadmap.cards.point import CardPoint
from roadmap.cards.run_tags import THIS_WEEK, moving_tags
from roadmap.control.state import DONE, DONE_LATE, FINAL, IN_REVIEW, OVERDUE, state_name
from roadmap.language import brief, day, numbered, section_words
from roadmap.language.markdown import no_markup

SUMMARY_ROWS = 200
HORIZON_DAYS = 60
#: What fits a page without scrolling aside.
WIDE, NARROW = 60, 34


def summary_rows(points: Iterable[CardPoint], today: date) -> list[dict[str, str]]:
    """Rows of «Сводка по дорожной карте»: what waits and what opens within 60 days, the earliest deadline first.

    Prefect reads each cell as Markdown.
    """
    return [
        {
            "Срок": day(point.deadline_on),
            "Состояние": state_name(point, today),
            "№": no_markup(point.item.number),
            "Мероприятие": no_markup(brief(point.item.title, 90)),
            "Отвечает": no_markup(point.body or point.owner_name),
        }
        for point in _near(points, today)
    ]


def _near(points: Iterable[CardPoint], today: date) -> list[CardPoint]:
    near = (p for p in points if state_name(p, today) not in FINAL and (p.deadline_on - today).days <= HORIZON_DAYS)
    return sorted(near, key=lambda p: (p.deadline_on, p.key))[:SUMMARY_ROWS]


def counts_words(points: Iterable[CardPoint], today: date) -> str:
    """«просрочено — 3, на проверке — 2, срок на этой неделе — 5»."""
    tags = Counter(tag for point in points for tag in moving_tags(point, today))
    said = (("просрочено", OVERDUE), ("на проверке", IN_REVIEW), ("срок на этой неделе", THIS_WEEK))
    return ", ".join(f"{words} — {tags[tag]}" for words, tag in said)


def overview_markdown(
    points: Sequence[CardPoint], *, region: str, today: date, links: str, item_urls: Mapping[str, str]
) -> str:
    """«Обзор»: how many are late or wait, links to the live lists, and what is near, each with its item's page.

    ``links`` is Markdown; ``item_urls`` by item key.
    """
    rows = [
        f"| {day(p.deadline_on)} | {state_name(p, today)} | {_linked(p, item_urls)} "
        f"| {no_markup(brief(p.body or p.owner_name, NARROW))} |"
        for p in _near(points, today)
    ]
    head = ["| Срок | Состояние | Пункт и его история | Отвечает |", "|---|---|---|---|"]
    counts = f"На {day(today)}: {counts_words(points, today)}."
    return "\n".join([f"## Обзор · {no_markup(region)}", "", counts, "", links, "", *head, *rows])


def _linked(point: CardPoint, item_urls: Mapping[str, str]) -> str:
    words, url = _cell(point.item.number, point.item.title), item_urls.get(point.item.key)
    return f"[{words}]({url})" if url else words


def overdue_markdown(points: Iterable[CardPoint], *, region: str, today: date) -> str:
    """«Просрочено»: a table of what is late, the longest first."""
    late = sorted((p for p in points if state_name(p, today) == OVERDUE), key=lambda p: (p.deadline_on, p.key))
    if not late:
        return f"## Просрочено · {no_markup(region)}\n\nНа {day(today)} просроченных контрольных точек нет."
    rows = [
        f"| {day(p.deadline_on)} | {(today - p.deadline_on).days} | {_cell(p.item.number, p.item.title)} "
        f"| {no_markup(brief(p.body or p.owner_name, NARROW))} |"
        for p in late
    ]
    head = ["| Срок | Дней | Мероприятие | Отвечает |", "|---|---|---|---|"]
    return "\n".join([f"## Просрочено · {no_markup(region)}", "", f"На {day(today)}: {len(late)}.", "", *head, *rows])


def progress_markdown(points: Sequence[CardPoint], *, region: str, today: date) -> str:
    """Progress per section: of the points whose deadline has come, how many are done, and how many in time."""
    sections: dict[str, list[CardPoint]] = {}
    for point in points:
        sections.setdefault(section_words(point.item.section), []).append(point)
    rows = [_progress(no_markup(brief(section, NARROW)), within, today) for section, within in sections.items()]
    if len(sections) > 1:
        rows.append(_progress("**Всего**", points, today))
    head = [
        "| Раздел | Доля исполненных | Точек | Исполнено | В срок | Просрочено |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([f"## Ход исполнения · {no_markup(region)}", "", f"На {day(today)}.", "", *head, *rows])


def _cell(number: str, title: str) -> str:
    return no_markup(numbered(number, brief(title, WIDE), stop=""))


def _progress(section: str, points: Sequence[CardPoint], today: date) -> str:
    names = [state_name(point, today) for point in points]
    in_time, late = names.count(DONE), names.count(DONE_LATE)
    share = _bar((in_time + late) / len(names)) if names else "—"
    return f"| {section} | {share} | {len(names)} | {in_time + late} | {in_time} | {names.count(OVERDUE)} |"


def _bar(share: float) -> str:
    """«████░░░░░░ 40 %»."""
    full = round(share * 10)
    return f"{'█' * full}{'░' * (10 - full)} {share:.0%}".replace("%", " %")
