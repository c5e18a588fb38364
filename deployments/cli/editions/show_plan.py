"""A planned amendment as people read it, line by line, and as JSON for programs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from textwrap import shorten
from typing import Any

from rich.text import Text

from roadmap.catalogue.schema import Item
from roadmap.control.upcoming import upcoming
from roadmap.editions import Change, Kind, Pair, Plan, Question, shown
from roadmap.editions.answers import ABOUT, WORDS, asked_about, pasted
from roadmap.editions.keep_reviewed import Kept
from roadmap.editions.matching import Candidate
from roadmap.language import counted, day
from roadmap.reading import Reading
from tasks.editions.amend import Amendment
from tasks.editions.point_changes import PointPlan

FIELD_RU = {
    "number": "номер",
    "title": "мероприятие",
    "group": "группа",
    "section": "раздел",
    "responsible": "ответственный",
    "executors": "исполнители",
    "result": "результат",
    "term": "срок",
    "owner": "отвечает",
    "co_executors": "соисполнители",
    "origin": "откуда",
    "kind": "вид",
    "rhythm": "ритм",
    "control": "частота контроля",
    "fan_out": "группа органов",
    "event": "событие",
    "controlled": "на контроле",
    "act": "акт",
    "period": "период",
    "zone": "часовой пояс",
    "days_off": "нерабочие дни",
    "working_days": "рабочие выходные",
    "controller": "контроль",
    "coordinator": "координатор",
    "roll": "перенос с выходных",
    "report_by": "отчёт",
    "bodies": "орган",
    "indicators": "показатель",
    "monitoring": "ритм мониторинга",
    "monitoring_by": "кто проводит мониторинг",
}
KIND_RU: dict[Kind, str] = {
    "words": "изменены слова",
    "term": "перенесён срок",
    "owner": "другой исполнитель",
    "number": "другой номер",
    "control": "другой порядок контроля",
}
SHOWN_DATES = 4


def lines(amendment: Amendment) -> Iterator[Text]:
    """The plan for the screen: what appears is green, what changes yellow, what goes red."""
    plan = amendment.plan
    yield Text(f"{amendment.roadmap_code}: «{amendment.act_before}» → «{amendment.act}»", style="bold")
    if amendment.shift_years:
        years = counted(amendment.shift_years, "год", "года", "лет")
        yield Text(f"Учебная копия: контрольные точки сдвинуты на {years}, прочтения — в годах акта")
    for change in plan.header:
        yield from _change(change, indent="")
    for pair in plan.changed:
        mark, style = ("→", "cyan") if "term" in pair.kinds else ("~", "yellow")
        yield Text(f"{mark} {pair.old.code}  {_short(pair.new.title)}", style=style)
        for change in pair.changes:
            yield from _change(change, indent="    ")
        if "term" in pair.kinds:
            yield Text(f"    прочтение: {_dates(pair.before)} → {_dates(pair.after)}")
    for item in plan.added:
        yield Text(f"+ {item.code}  {_short(item.title)} — {item.term or 'срок не назван'}", style="green")
    for item in plan.dropped:
        yield Text(f"- {item.code}  {_short(item.title)}", style="red")
    yield from _points(amendment.points)
    yield from _settings(plan)
    for question in plan.questions:
        yield from _question(question)
    if plan.questions:
        yield Text("Строки для файла answers.yaml (ответ: код пункта новой редакции, исключён или сохранить):")
        yield Text(pasted(plan.questions).rstrip(), style="magenta")
    yield from (Text(line) for line in sums(plan))


def sums(plan: Plan) -> list[str]:
    """The two sums that show that nothing disappeared, and how many items changed in which way."""
    n = plan.sums
    ways = ", ".join(f"{words}: {count}" for kind, words in KIND_RU.items() if (count := plan.count(kind)))
    both = f"без изменений {n['kept']} + изменено {n['changed']}"
    return [
        f"Прежняя редакция: {n['old']} = {both} + исключено {n['dropped']}",
        f"Новая редакция: {n['new']} = {both} + добавлено {n['added']}",
        *([f"Из изменённых (пункт может быть в нескольких строках) — {ways}"] if ways else []),
    ]


def _short(words: str) -> str:
    return shorten(words, 100, placeholder="…")


def _change(change: Change, *, indent: str) -> Iterator[Text]:
    name = FIELD_RU.get(change.field, change.field)
    if change.before and change.after:
        words = f"«{change.before}» → «{change.after}»"
    else:
        words = f"добавлено «{change.after}»" if change.after else f"убрано «{change.before}»"
    yield Text(f"{indent}{'' if indent else '~ '}{name}: {words}", style="" if indent else "yellow")


def _dates(reading: Reading) -> str:
    """The days on which something is due, the first few; or what else the reading comes to."""
    if reading.kind == "continuous":
        return ", ".join(f"{day(window.start)} – {day(window.due)}" for window in reading.windows)
    if reading.windows:
        return _listed([day(window.due) for window in reading.windows])
    other = {"external": "по плану", "relative": "от события", "on_demand": "по мере необходимости"}
    return other.get(reading.kind, "не прочитан")


def _listed(words: list[str]) -> str:
    rest = len(words) - SHOWN_DATES
    return ", ".join(words[:SHOWN_DATES]) + (f" и ещё {rest}" if rest > 0 else "")


def _points(points: PointPlan) -> Iterator[Text]:
    yield Text(
        f"Контрольные точки: прежних {points.kept}, перенесено {len(points.moved)}, "
        f"снимается {len(points.withdrawn)}, новых {len(points.new)} (из них в истории {points.history})",
        style="bold",
    )
    told = len(upcoming(points.moved)), len(upcoming(points.withdrawn))
    if any(told):
        yield Text(
            f"В ближайшем письме исполнителям: перенесено {told[0]}, снято {told[1]} (об остальных — той же строкой)"
        )
    for shift in points.moved:
        yield Text(f"→ {shift.key}: {day(shift.due_on)} → {day(shift.to.due_on)}", style="cyan")
    new, gone = defaultdict(list), defaultdict(list)
    for point in points.new:
        new[point.item_code].append(day(point.due_on))
    for leaving in points.withdrawn:
        gone[leaving.item_code].append(day(leaving.due_on))
    for mark, style, grouped in (("+", "green", new), ("-", "red", gone)):
        for code, days in grouped.items():
            several = counted(len(days), "точка", "точки", "точек")
            yield Text(f"{mark} {code}: {several} — {_listed(days)}", style=style)


def _settings(plan: Plan) -> Iterator[Text]:
    """What goes on though the draft says nothing of it, or import proposes another."""
    if plan.carried:
        carried = _listed([item.code for item in plan.carried])
        yield Text(f"Сохранены пункты, строк которых в проекте нет: {len(plan.carried)} — {carried}")
    fields: dict[str, list[str]] = defaultdict(list)
    for kept in plan.settings:
        fields[kept.field].append(kept.code)
    if not fields:
        return
    yield Text("Сохранены прежние настройки, которых в проекте нет или которые предложил импорт:")
    for field, codes in fields.items():
        yield Text(f"    {FIELD_RU[field]}: {len(codes)} — {_listed(codes)}")
    for kept in plan.settings:
        if kept.field == "owner":
            yield Text(f"    {kept.code} отвечает: «{kept.value}», импорт предлагает «{kept.drafted}»")
    yield Text("    взять из проекта: --as-drafted ПУНКТ")


def _question(question: Question) -> Iterator[Text]:
    yield Text(f"? {question.old.code}  {_short(question.old.title)}", style="magenta bold")
    for candidate in question.candidates:
        is_proposed = "  ← предлагается" if candidate.code == question.proposed else ""
        title = _short(question.titles[candidate.code])
        yield Text(f"    {candidate.code}  {title} (сходство {candidate.score:.2f}){is_proposed}", style="magenta")
    if question.proposed in WORDS:
        yield Text(f"    предлагается: {WORDS[question.proposed]}", style="magenta")


def to_json(amendment: Amendment, *, applied: bool) -> dict[str, Any]:
    """The plan for programs; dates are those of the copy on control."""
    plan, points = amendment.plan, amendment.points
    return {
        "roadmap": amendment.roadmap_code,
        "act_before": amendment.act_before,
        "act": amendment.act,
        "applied": applied,
        "already_on_control": not amendment.is_new,
        "sums": plan.sums,
        "kinds": {kind: plan.count(kind) for kind in KIND_RU},
        "header": [_change_json(change) for change in plan.header],
        "items": [*_items(plan)],
        "points": {
            "kept": points.kept,
            "moved": [
                {
                    "key": shift.key,
                    "before": shift.due_on,
                    "after": shift.to.due_on,
                    "deadline_on": shift.to.deadline_on,
                }
                for shift in points.moved
            ],
            "withdrawn": [leaving.key for leaving in points.withdrawn],
            "new": [{"item": point.item_code, "due_on": point.due_on} for point in points.new],
            "history": points.history,
        },
        "settings": [_kept_json(kept) for kept in plan.settings],
        "carried": [item.code for item in plan.carried],
        "questions": [_question_json(question) for question in plan.questions],
    }


def _items(plan: Plan) -> Iterator[dict[str, Any]]:
    asked = {question.old.code for question in plan.questions}
    for pairs, what in ((plan.kept, "kept"), (plan.changed, "changed")):
        for pair in pairs:
            yield _pair_json(pair, what) | {"question": pair.old.code in asked}
    yield from (_item_json(item, "added") for item in plan.added)
    yield from (_item_json(item, "dropped") | {"question": item.code in asked} for item in plan.dropped)


def _pair_json(pair: Pair, what: str) -> dict[str, Any]:
    return _item_json(pair.new, what) | {
        "new_code": pair.new_code,
        "kinds": sorted(pair.kinds),
        "changes": [_change_json(change) for change in pair.changes],
        "reading_before": pair.before.to_json(),
        "reading": pair.after.to_json(),
    }


def _item_json(item: Item, what: str) -> dict[str, Any]:
    return {"code": item.code, "number": item.number, "title": item.title, "what": what}


def _change_json(change: Change) -> dict[str, str]:
    return {"kind": change.kind, "field": change.field, "before": change.before, "after": change.after}


def _kept_json(kept: Kept) -> dict[str, Any]:
    return {"code": kept.code, "field": kept.field, "kept": shown(kept.value), "drafted": shown(kept.drafted)}


def _question_json(question: Question) -> dict[str, Any]:
    return {
        "code": question.old.code,
        "title": question.old.title,
        "candidates": _candidates(question.candidates, question),
        "proposed": question.proposed,
        "about": ABOUT,
        "words": asked_about(question.old),
    }


def _candidates(candidates: Iterable[Candidate], question: Question) -> list[dict[str, Any]]:
    return [{"code": one.code, "title": question.titles[one.code], "score": one.score} for one in candidates]
