"""Writes docs/monitoring.md: how indicators are computed, judged and forecast, and those of the five systems.

Run ``python docs/make_monitoring.py`` after a catalogue or a rule is changed; a test holds that the page is up to date.
"""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "monitoring.md"
INTRO = """# Мониторинг: как считаются показатели

Страница составлена из каталогов и правил командой `python docs/make_monitoring.py`. Все числа справки, карты
дефицитов и рекомендаций берутся из одного снимка раунда: одни и те же данные и день, по который они учтены
(`--as-of`), дают один и тот же снимок и один и тот же хеш.

## Значение

| что считают | как | основание |
|---|---|---|
| доля | сумма числителей / сумма знаменателей × 100 | доля по региону — не среднее долей органов |
| отношение | сумма числителей / сумма знаменателей | «за 1 региональным методистом» |
| сумма | сумма значений | показатель назван числом |
| да/нет | «да», если «да» сказали все; «нет» решает и одно; пока кто-то молчит — «нет данных» | должно быть у всех |

- Считаются только органы, давшие и числитель, и знаменатель. Кто не дал, тот «нет данных», а не ноль; ноль — это
  ответ.
- Нарастающим итогом: значение периода и есть итог с начала; если он меньше прежнего, в справке стоит замечание.
- Исправленное значение заменяет прежнее; прежнее, автор и причина остаются. Опоздавшим считается ответ, впервые
  данный после срока данных.
- Числа округляются до {digits} знаков после запятой; показываются с одним.

## Оценка

| когда | оценка | основание |
|---|---|---|
| в документе нет числа | не оценивается | судить не по чему |
| значения нет | нет данных | отсутствие данных — не ноль |
| «ежегодно, начиная с … года», год не наступил | не оценивается | слова документа |
| показатель «ежегодно» | достигнут / не достигнут каждый год, на конец периода | слова документа |
| целевой год наступил или прошёл | достигнут / не достигнут | «к 2024 году» |
| целевой год впереди, значений два и больше | ожидается достижение / отстаёт — по прогнозу | правило наше |
| целевой год впереди, значение одно | уже достигнуто — ожидается достижение, иначе не оценивается | пути ещё не видно |
| года у цели нет | достигнут / не достигнут сразу | цель действует с начала |

«Не менее» и «не более» включают само число. «Не более»: меньше — лучше.

## Динамика и прогноз

- Динамика — до {earlier} прежних раундов того же ритма, по сохранённым снимкам. Раунд, где показатель считали иначе
  или в других единицах, в неё не входит.
- Направление — против прошлого раунда; изменение в пределах {band_share} процентного пункта (для доли) или
  {band_other} % прежнего значения (для чисел) изменением не считается.
- Прогноз на конец целевого года — линейный тренд по методу наименьших квадратов по концам периодов, если значений
  не меньше {enough}; по двум значениям — прямая от первого значения: «ниже прямого пути к цели» и «прямая не
  доходит до цели» — одно и то же.
- Доля держится в пределах 0–100, прочие числа не меньше нуля, нарастающий итог не меньше нынешнего. Показатель
  «ежегодно» каждый год считается заново: прогноз — только по раундам своего года.
- Прогноза нет для «да/нет», без числа, без года, по одному значению и когда год окончен.

## Исполнение дорожной карты

Контрольные точки со сроком в периоде (оба дня включены), по органам, разделам и видам, по правилам исполнительской
дисциплины. Точки самого мониторинга (раунд и запрос данных) исполнением дорожной карты не считаются: опоздание с
данными видно в самом раунде и в дисциплине органа. Снятые с контроля точки не считаются. Просроченное — на день
снимка, за любой период. Состояние точек берётся на тот же миг, что и данные: что отмечено позже, не учитывается.

## Карта дефицитов

Орган × показатель. Уровень — отклонение от того, с чем сравнивают, в долях: до {near} % — 0, до {far} % — ±1,
дальше — ±2 (лучше — плюс). В целевом году и после него сравнивают с целевым значением, до него и без числа — со
значением по всем органам, «да/нет» — с «да», исполнение — с «всё в срок». Сумма растёт с величиной муниципалитета и
не сравнивается.

## Рекомендации

Правила — данные: `roadmap/monitoring/recommendations/recommendations.yaml`. Срок — рабочие дни со дня справки.
Исполнитель: по показателю в целом — владелец первого мероприятия, которое на него отвечает (`answered_by`),
а если такого нет — орган, ведущий дорожную карту; по значению органа — сам орган. То же самое не рекомендуется второй
раз, пока первая рекомендация не закрыта.

| правило | когда | срок, рабочих дней |
|---|---|---|
"""
WHEN = {
    "below_target": "по всем органам хуже цели на {gap} % и больше, и прогноз цели не обещает",
    "falling": "по всем органам хуже прежнего {rounds} раунда подряд",
    "silent": "орган не ответил ни по одному показателю",
    "no_data": "орган ответил, но по некоторым показателям данных нет: одна рекомендация на орган",
    "lagging": "орган хуже значения по всем на {gap} % и больше и цели не достиг (доли и отношения)",
    "overdue": "мероприятие просрочено на {days} дней и больше",
}
WAY_RU = {"share": "доля", "ratio": "отношение", "total": "сумма", "flag": "да/нет"}


def page() -> str:
    """The whole page."""
    from roadmap.catalogue.loading import built_in, built_in_codes
    from roadmap.monitoring.indicators import (
        compute,
        forecast,
        gaps,
        verdict,
    )
    from roadmap.monitoring.recommendations.rules import built_in_rules

    intro = INTRO.format(
        digits=forecast.DIGITS,
        earlier=compute.EARLIER,
        band_share=f"{verdict.BAND_SHARE:g}".replace(".", ","),
        band_other=f"{verdict.BAND_OTHER * 100:g}",
        enough=forecast.ENOUGH,
        near=f"{gaps.NEAR * 100:g}",
        far=f"{gaps.FAR * 100:g}",
    )
    rules = "".join(f"| `{rule.code}` | {_when(rule)} | {rule.term} |\n" for rule in built_in_rules())
    return "\n".join([intro + rules, *(_system(built_in(code)) for code in built_in_codes())])


def _when(rule: Any) -> str:
    return WHEN[rule.when].format(gap=f"{(rule.gap or 0) * 100:g}", rounds=rule.rounds, days=rule.days)


def _system(catalogue: Any) -> str:
    from roadmap.catalogue.schema import RHYTHM_RU

    rhythms = "".join(
        f"- {RHYTHM_RU[one.rhythm]}: данные — {one.data_days}-й, справка — {one.note_days}-й рабочий день после "
        f"периода; {one.ground or 'ритм наш, документ его не называет'}\n"
        for one in catalogue.monitoring
    )
    names = {body.code: body.short for body in catalogue.bodies}
    if by := catalogue.monitoring_by:
        rhythms += f"- проводит {names[by.body]}; {by.source.place}\n"
    head = f"## {catalogue.region}: {catalogue.act.words}\n\n{rhythms}"
    if not catalogue.indicators:
        return f"{head}\nПоказателей в документе нет: раунд показывает исполнение дорожной карты.\n"
    rows = [_indicator(number, one, names) for number, one in enumerate(catalogue.indicators, start=1)]
    columns = (
        "№",
        "показатель",
        "цель по документу",
        "считается",
        "числитель / знаменатель",
        "кто отвечает",
        "отвечают пункты",
    )
    return f"{head}\n{_table((*columns, 'где в документе'), rows)}"


def _indicator(number: int, one: Any, names: dict[str, str]) -> tuple[str, ...]:
    from roadmap.catalogue.schema import RHYTHM_RU

    cumulative = ", нарастающим итогом" if one.cumulative else ""
    rhythms = f"; раунды: {', '.join(RHYTHM_RU[rhythm] for rhythm in one.rounds)}" if one.rounds else ""
    who = "каждый муниципалитет" if one.is_municipal else "орган, ведущий дорожную карту"
    if one.asked_of:
        who = ", ".join(names[code] for code in one.asked_of)
    if one.computed_from:
        who = "никого не спрашивают: считает программа"
    if one.proven_by:
        who += f"; если исполнено {', '.join(one.proven_by)} — не спрашивают"
    return (
        f"{number}",
        one.title,
        _target(one),
        WAY_RU[one.counted] + cumulative + rhythms,
        " / ".join(filter(None, (one.numerator, one.denominator))) or "—",
        who,
        ", ".join(one.answered_by) or "—",
        one.source.place,
    )


def _target(one: Any) -> str:
    if one.target is None:
        return "числа нет: не оценивается"
    return one.words or f"{one.target:g}"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
