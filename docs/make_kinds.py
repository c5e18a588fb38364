"""Writes docs/kinds.md, the kind of every item on control and the process behind it, from the catalogues and processes.

Run ``python docs/make_kinds.py`` after a kind or a process is changed; a test holds that the page is up to date.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "kinds.md"
SHOWN = 110
INTRO = """# Виды мероприятий

Страница составлена из каталогов и порядков командой `python docs/make_kinds.py`.
У каждого мероприятия есть вид. Вид решает, какими этапами идёт работа, кто держит каждый этап и что показывают
в подтверждение. Слова документа вид не меняет. Мероприятие, подтверждение которого виду не подходит, находит
`vekha check`.

## Какие есть виды

| вид | в каталоге | что к нему относится |
|---|---|---|
"""
MEANINGS = {
    "agreement": "заключают или продлевают соглашение, договор",
    "monitoring": "смотрят, как обстоит дело: мониторинг, диагностика, анализ, выявление дефицитов и запросов",
    "session": "собирают людей сами: сессия, совещание, вебинар, конференция, форум; участие в чужом — мероприятие",
    "study": "участвуют в исследовании компетенций учителей (НИКУ)",
    "document": "готовят документ один раз или к каждому сроку: положение, модель, план, рекомендации",
    "registry": "ведут или пополняют реестр, банк, паспорт; разовый перечень или список — документ",
    "activity": "всё остальное: обучение, конкурсы, передача сведений; подтверждение — по словам документа",
}
ONE_STEP = "одним шагом"
PER = {
    "point": "Порядок один на точку.",
    "municipality": "Порядок свой у каждого муниципалитета.",
    "body": "Порядок свой у каждого органа или организации, если это не муниципалитет и не сам ответственный: "
    "с собой соглашения не заключают.",
}
WHOLE = {"continuous": "постоянно", "few_days": "мало дней", "past": "срок прошёл", "keeper": "сам ответственный"}
WHOLE_RULES = """## Что исполняется одним шагом

Этапы не начинаются, а мероприятие исполняется одним шагом и подтверждается одним сообщением:

- **постоянно** — документ или собрание людей «в течение …», «весь период», «регулярно»: срока у них нет, квартал задан
  программой, и проекта, согласования и издания в каждом квартале не бывает; реестр подтверждается и тогда;
- **мало дней** — от начала или от сегодняшнего дня до срока осталось меньше, чем нужно порядку;
- **срок прошёл** — у точки, принятой на контроль или открытой уже с истёкшим сроком: новые дни этапов простили бы
  просрочку;
- **сам ответственный** — у точки того, кто сам заключает соглашения с остальными органами группы.

Соглашений «весь период» в пяти системах нет: у каждого есть день, месяц или год, и этапами идёт каждое, на которое
осталось время.
"""


def page() -> str:
    """The whole page."""
    from roadmap.catalogue.loading import built_in, built_in_codes
    from roadmap.catalogue.schema import ITEM_KINDS_RU
    from roadmap.processes.loading import built_in as processes

    catalogues = [built_in(code) for code in built_in_codes()]
    kinds = "".join(f"| {name} | `{kind}` | {MEANINGS[kind]} |\n" for kind, name in ITEM_KINDS_RU.items())
    parts = [INTRO + kinds, _totals(catalogues)]
    parts += [_process(process, ITEM_KINDS_RU[process.serves]) for process in processes().values()]
    planned = {catalogue.code: _planned(catalogue) for catalogue in catalogues}
    parts += [_in_one_go(catalogues, planned)]
    parts += [_system(catalogue, planned[catalogue.code]) for catalogue in catalogues]
    return "\n".join(parts)


def _totals(catalogues: list[Any]) -> str:
    """On control, and in brackets off control, by kind and system."""
    from roadmap.catalogue.schema import ITEM_KINDS_RU

    counts = [Counter((item.kind, item.controlled) for _, item in one.duties_by_origin()) for one in catalogues]
    every: Counter[tuple[str, bool]] = sum(counts, Counter())
    rows = [
        (name, *(_count(each[kind, True], each[kind, False]) for each in (*counts, every)))
        for kind, name in ITEM_KINDS_RU.items()
    ]
    sums = [
        (sum(n for (_, on), n in c.items() if on), sum(n for (_, on), n in c.items() if not on))
        for c in (*counts, every)
    ]
    rows.append(("**всего**", *(f"**{_count(*both)}**" for both in sums)))
    head = ("вид", *(one.region for one in catalogues), "всего")
    words = "На контроле; в скобках — сколько ещё мероприятий этого вида не на контроле, они результата не оставляют.\n"
    return f"## Сколько их\n\n{words}\n{_table(head, rows)}"


def _count(on: int, off: int) -> str:
    return f"{on} ({off})" if off else str(on)


def _process(process: Any, kind: str) -> str:
    from roadmap.processes.schema import PARTY_RU
    from roadmap.terms.wording.words import length

    titles = {stage.code: stage.title for stage in process.stages}
    rows = [
        (
            f"{stage.title}{' (один раз на всех)' if stage.common else ''}",
            PARTY_RU[stage.party],
            _lead(stage, titles),
            ", ".join(titles[code] for code in stage.needs) or "—",
            _proof(stage) or "—",
        )
        for stage in process.stages
    ]
    facts = [PER[process.per]]
    if process.min_days:
        days = length(process.min_days, "calendar_days")
        facts.append(f"Точка, до срока которой осталось меньше чем {days}, исполняется {ONE_STEP}.")
    if process.renews_after:
        once = "кроме пункта, о котором в каталоге сказано `renews: false`"
        facts.append(f"Продлевается через {length(process.renews_after, 'months')}, {once}.")
    if first := [stage.title for stage in process.stages if stage.first_only]:
        facts.append(f"При продлении не повторяются: {', '.join(first)}.")
    title = f"## Порядок «{kind}»" + ("" if kind == process.title else f": {process.title}")
    table = _table(("этап", "кто держит", "срок", "ждёт", "подтверждение"), rows)
    return f"{title}\n\n{' '.join(facts)}\n\n{table}"


def _lead(stage: Any, titles: dict[str, str]) -> str:
    from roadmap.terms.wording.words import length

    if stage.after is not None:
        ahead = ", ".join(f"«{titles[code]}»" for code in stage.needs)
        return f"через {length(stage.after, 'working_days')} после этапа {ahead}"
    if stage.before == 0:
        return "в срок точки"
    days = length(abs(stage.before), "working_days")
    return f"за {days} до срока" if stage.before > 0 else f"{days} после срока"


def _proof(stage: Any) -> str:
    numbers = {"count": "число записей" if "реестр" in stage.proof else "число", "planned_and_came": "план и факт"}
    return "; ".join(part for part in (stage.proof, numbers.get(stage.counts, "")) if part)


def _planned(catalogue: Any) -> list[Any]:
    """(item, reading, points) of everything on control."""
    from roadmap.catalogue.calendar import calendar_of
    from roadmap.control.planning import plan

    listed = plan(catalogue, calendar=calendar_of(catalogue))
    return [(item, reading, points) for _, item, reading, points in listed if item.controlled]


def _in_one_go(catalogues: list[Any], planned: dict[str, list[Any]]) -> str:
    """Every item of a kind with stages that has a point without them, and why."""
    from roadmap.catalogue.schema import ITEM_KINDS_RU

    rows = []
    for catalogue in catalogues:
        for item, reading, points in planned[catalogue.code]:
            if (process := _process_of(item, points)) and (why := _whole(item, process, reading, points)):
                reasons = "; ".join(f"{WHOLE[reason]} — {n} из {len(points)}" for reason, n in why.items())
                place = (catalogue.region, item.code, _short(item.title))
                rows.append((*place, ITEM_KINDS_RU[item.kind], item.term or "—", reasons))
    head = ("система", "пункт", "мероприятие", "вид", "срок", "точек одним шагом")
    return f"{WHOLE_RULES}\n{_table(head, rows)}"


def _process_of(item: Any, points: list[Any]) -> Any:
    """The process of an item's points; of a group's agreements that with a body other than the owner."""
    from roadmap.processes.choosing import About, choose
    from roadmap.processes.loading import built_in

    about: About = "body" if any(point.body_code for point in points) else "all"
    return choose(built_in(), item.kind, about)


def _whole(item: Any, process: Any, reading: Any, points: list[Any]) -> Counter[str]:
    """How many points are done in one go on the day they open, by the reason."""
    from roadmap.processes.choosing import why_without_stages

    found = Counter(
        "keeper"
        if process.per == "body" and point.body_code == item.owner
        else why_without_stages(
            process,
            opens_on=point.opens_on,
            deadline_on=point.deadline_on,
            today=point.opens_on,
            is_continuous=reading.kind == "continuous",
        )
        for point in points
        if point.purpose == "result"
    )
    return Counter({reason: n for reason, n in found.items() if reason})


def _system(catalogue: Any, planned: list[Any]) -> str:
    from roadmap.catalogue.schema import ITEM_KINDS_RU

    rows = [
        (item.code, _short(item.title), ITEM_KINDS_RU[item.kind], _stages(item, *rest), _shown(item, rest[-1]))
        for item, *rest in planned
    ]
    table = _table(("пункт", "мероприятие", "вид", "этапы", "подтверждение"), rows)
    off = Counter(item.kind for _, item in catalogue.duties_by_origin() if not item.controlled)
    listed = ", ".join(f"{name} — {off[kind]}" for kind, name in ITEM_KINDS_RU.items() if off[kind])
    rest = f"\nНе на контроле: {listed}.\n" if listed else ""
    return f"## {catalogue.region}: {catalogue.act.words}\n\n{table}{rest}"


def _stages(item: Any, reading: Any, points: list[Any]) -> str:
    """The stages, or that there are none: no process, or every point is done in one go."""
    process = _process_of(item, points)
    if process is None:
        return ONE_STEP
    why = _whole(item, process, reading, points)
    if points and sum(why.values()) == len(points):
        return f"{ONE_STEP}: {', '.join(WHOLE[reason] for reason in why)}"
    return " → ".join(stage.title for stage in process.stages)


def _shown(item: Any, points: list[Any]) -> str:
    """What the document asks for, and what the process asks at its end."""
    process = _process_of(item, points)
    own = _short(item.result)
    ends = _proof(process.stages[-1]) if process else ""
    return " · ".join(part for part in (own, ends) if part) or "сообщение об исполнении"


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1].rstrip(' ,;–-')}…"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
