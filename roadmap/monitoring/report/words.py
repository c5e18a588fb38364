"""Sentences of the analytic note, in Russian, from a snapshot. Pure: the same snapshot gives the same words."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from roadmap.language import ended, plural
from roadmap.language.text import NBSP, capitalize_first
from roadmap.monitoring.indicators.ranking import misses_target, notion_of
from roadmap.monitoring.periods import RETURNS_RU
from roadmap.monitoring.snapshot import VERDICT_RU, ExecutionRow, IndicatorResult, Snapshot, TrendPoint

NO_DATA = "нет данных"
COMPARISON_RU = {"at_least": "не менее", "at_most": "не более", "equals": "ровно"}
SHOWN_NAMES = 20
FORMS = {
    "participant": ("участник", "участника", "участников"),
    "asked": ("участника", "участников", "участников"),
    "body": ("муниципалитет", "муниципалитета", "муниципалитетов"),
    "indicator": ("показатель", "показателя", "показателей"),
    "to_indicators": ("показателю", "показателям", "показателям"),
    "point": ("контрольная точка", "контрольные точки", "контрольных точек"),
    "of_points": ("контрольной точки", "контрольных точек", "контрольных точек"),
    "advice": ("рекомендация", "рекомендации", "рекомендаций"),
    "day": ("день", "дня", "дней"),
    "by_participants": ("участнику", "участникам", "участникам"),
}


def number_of(number: int, noun: str) -> str:
    """«21 участник», «3 контрольные точки»; the number and its noun do not part at the end of a line."""
    return f"{whole(number)}{NBSP}{plural(number, *FORMS[noun])}"


def whole(number: float) -> str:
    """«2 400»: thousands set apart by a blank that does not break."""
    return f"{number:,.0f}".replace(",", NBSP)


def decimal(value: float, places: int = 1) -> str:
    """«1 234,5»; a minus is a minus sign."""
    text = f"{value:,.{places}f}".replace(",", NBSP).replace(".", ",")
    return text.replace("-", "\u2212") if float(f"{value:.{places}f}") else text.replace("-", "")


def exact(value: float | None) -> str:
    """A number as it was given, no digit lost that matters: «250», «12,75»; empty where nothing was given."""
    if value is None:
        return ""
    return whole(value) if value == int(value) else decimal(value, 4).rstrip("0")


def amount(result: IndicatorResult, value: float | None) -> str:
    """A value in the indicator's unit: «12,3 %», «да», «250»; «нет данных» for None.

    More digits are shown where rounding would put the value on the other side of the target: 11,96 is not 12,0.
    """
    if value is None:
        return NO_DATA
    if result.way == "flag":
        return "да" if value else "нет"
    if result.way == "total" and value == int(value):
        return whole(value)
    places = 1
    while places < 4 and misses_target(result, round(value, places)) != misses_target(result, value):
        places += 1
    return decimal(value, places) + (f"{NBSP}%" if result.way == "share" else "")


def _number(result: IndicatorResult, value: float) -> str:
    """A target as short as it is: «12 %», «0,5»."""
    if result.way == "flag":
        return "да" if value else "нет"
    text = exact(value)
    return f"{text}{NBSP}%" if result.way == "share" else text


def aim(result: IndicatorResult) -> str:
    """«не менее 12 %», «да»; empty where the document gives no number."""
    if result.target is None:
        return ""
    text = _number(result, result.target)
    return text if result.way == "flag" else f"{COMPARISON_RU[result.comparison or 'equals']}{NBSP}{text}"


def target(result: IndicatorResult) -> str:
    """The target with its time: «не менее 12 % к концу 2024 года (нарастающим итогом)», «не менее 10 % ежегодно»."""
    if result.target is None:
        return "не установлено"
    year = f" к{NBSP}концу {result.target_year}{NBSP}года" if result.target_year else ""
    if result.rhythm:
        year = f" {RETURNS_RU[result.rhythm]}"
    return f"{aim(result)}{year}{' (нарастающим итогом)' if result.is_cumulative else ''}"


def change(result: IndicatorResult) -> str:
    """Against the round before: «+0,7 п. п.», «без изменений»; empty where there is nothing to compare with."""
    step = _step(result)
    if step is None or result.way == "flag":
        return ""
    if not step:
        return "без изменений"
    places = next((n for n in (1, 2, 3) if round(step, n)), 4)
    shown = whole(abs(step)) if result.way == "total" and step == int(step) else decimal(abs(step), places)
    unit = f"{NBSP}п.{NBSP}п." if result.way == "share" else ""
    return f"{'+' if step > 0 else chr(0x2212)}{shown}{unit}"


def coverage(result: IndicatorResult) -> str:
    """«11 из 12»: of how many bodies the value is."""
    return f"{whole(result.given)}{NBSP}из{NBSP}{whole(result.asked)}"


def point(result: IndicatorResult, one: TrendPoint) -> str:
    """A round's value with its coverage: «58,5 % (11 из 12)», and where it differs that of the bodies compared."""
    said = amount(result, one.value)
    if one.given is not None and one.asked is not None:
        said += f" ({whole(one.given)} из{NBSP}{whole(one.asked)})"
    if one.like is not None and one.like != one.value:
        said += f", по{NBSP}сопоставимым{NBSP}— {amount(result, one.like)}"
    return said


def covered_change(result: IndicatorResult) -> str:
    """The change, and by how many bodies where not by all that answered: «+3,1 п. п. (по 10 из 11)»."""
    step, one = change(result), result.compared
    if not step or one is None or not (one.joined or one.left):
        return step
    return f"{step} (по{NBSP}{whole(one.bodies)}{NBSP}из{NBSP}{whole(one.bodies + one.joined)})"


def forecast(result: IndicatorResult) -> str:
    """«на конец 2027 года — 11,4 % (линейный тренд по 5 раундам)», of few values «от … до …»; empty without one."""
    one = result.expected
    if one is None:
        return ""
    likely = amount(result, one.value)
    if one.low is not None and one.high is not None:
        likely = f"от{NBSP}{amount(result, one.low)} до{NBSP}{amount(result, one.high)}"
    by = f"; по{NBSP}{number_of(one.bodies, 'by_participants')}, отвечавшим и{NBSP}раньше" if one.bodies else ""
    day = result.due_on
    when = f"на{NBSP}конец {one.year}{NBSP}года" if day is None or day.month == 12 else f"на{NBSP}{day:%d.%m.%Y}"
    return f"{when}{NBSP}— {likely} ({one.method}{by})"


def indicator(result: IndicatorResult) -> str:
    """What the note says under the title of an indicator."""
    said = [_value_sentence(result)]
    said.append(_change_sentence(result))
    if result.expected:
        said.append(f"Прогноз {forecast(result)}.")
    if result.unforecast:
        said.append(capitalize_first(result.unforecast))
    if result.asked:
        gave = whole(result.given) if result.given else "никто"
        said.append(f"Данные представили: {gave} из{NBSP}{whole(result.asked)}.")
    return " ".join(ended(part) for part in said if part)


def _change_sentence(result: IndicatorResult) -> str:
    """The change against the round before; where not the same bodies answered, by those that did in both."""
    step, one = change(result), result.compared
    if not step:
        return ""
    if one is None or not (one.joined or one.left):
        return f"По сравнению с предыдущим раундом ({_before(result)}): {step}."
    moved = f"было {amount(result, one.before)}, стало {amount(result, one.now)}"
    came = [f"впервые или снова ответили{NBSP}— {whole(one.joined)}"] if one.joined else []
    gone = [f"из{NBSP}прежних не{NBSP}ответили{NBSP}— {whole(one.left)}"] if one.left else []
    return (
        f"По{NBSP}{number_of(one.bodies, 'by_participants')}, ответившим и{NBSP}в{NBSP}предыдущем раунде "
        f"({one.period}): {'; '.join([f'{moved}, {step}' if one.before != one.now else step, *came, *gone])}."
    )


def _value_sentence(result: IndicatorResult) -> str:
    shown = "нет данных" if result.value is None else amount(result, result.value)
    out_of = ""
    if result.value is not None and result.numerator is not None and result.denominator is not None:
        out_of = f" ({exact(result.numerator)} из{NBSP}{exact(result.denominator)})"
        if result.way == "ratio":
            out_of = f" ({exact(result.numerator)} на{NBSP}{exact(result.denominator)})"
    if result.target is None:
        return (
            f"Значение: {shown}{out_of}. Документ целевого значения не{NBSP}называет, показатель не{NBSP}оценивается."
        )
    if result.verdict == "not_judged":
        return f"Значение: {shown}{out_of}; цель: {target(result)}; оценивать рано{_not_yet(result)}."
    pace = ""
    if result.pace is not None and result.verdict in ("on_way", "behind"):
        pace = f" (при равномерном темпе к{NBSP}концу периода{NBSP}— {amount(result, result.pace)})"
    return f"Значение: {shown}{out_of}; цель: {target(result)}; оценка: {VERDICT_RU[result.verdict]}{pace}."


def _not_yet(result: IndicatorResult) -> str:
    """Why it is too early to judge."""
    if result.due_on is None:
        return f": целевой год не{NBSP}наступил"
    return f": срок цели{NBSP}— {result.due_on:%d.%m.%Y}, темп пока не{NBSP}виден"


def _step(result: IndicatorResult) -> float | None:
    if result.compared is not None:
        return result.compared.now - result.compared.before
    if result.trend and result.trend[-1].given is not None:
        return None
    # A snapshot of 0.3.0 does not say who answered: as it was shown then.
    known = [point.value for point in result.trend[:-1] if point.value is not None]
    return result.value - known[-1] if known and result.value is not None else None


def _before(result: IndicatorResult) -> str:
    known = [point for point in result.trend[:-1] if point.value is not None]
    return f"{known[-1].period}: {amount(result, known[-1].value)}" if known else ""


def printable(text: str) -> str:
    """Without signs that Word and Excel refuse in a text."""
    return "".join(" " if ord(sign) < 32 and sign not in "\n\t" else sign for sign in text)


def beyond(results: Iterable[IndicatorResult]) -> str:
    """On which side of a target or a mean is short: «ниже», «выше» where less is better, «хуже» of both kinds."""
    kinds = {result.comparison == "at_most" for result in results}
    return "хуже" if len(kinds) > 1 else "выше" if kinds == {True} else "ниже"


def compared(result: IndicatorResult) -> str:
    """Where those who fall short are: «ниже цели (не менее 12 %)», «выше среднего по региону (251,2)»."""
    side = beyond([result]) if result.way != "flag" else "не достигли"
    if notion_of(result) == "target":
        return f"{side} цели ({aim(result)})"
    return f"{side} среднего по{NBSP}региону ({amount(result, result.value)})"


def listed(names: Sequence[str], limit: int = SHOWN_NAMES) -> str:
    """«Химки, Дубна и ещё 12»."""
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" и{NBSP}ещё{NBSP}{whole(more)}" if more > 0 else "")


def execution(row: ExecutionRow) -> str:
    """How the control points whose deadline came in the period were executed."""
    if not row.due:
        return f"Контрольных точек дорожной карты, срок которых наступил в{NBSP}отчётном периоде, нет."
    counts = [f"исполнено в{NBSP}срок{NBSP}— {whole(row.in_time)}", f"с{NBSP}опозданием{NBSP}— {whole(row.late)}"]
    counts.append(f"не{NBSP}исполнено{NBSP}— {whole(row.overdue)}")
    if row.excused:
        counts.append(f"из{NBSP}них не по{NBSP}вине исполнителя{NBSP}— {whole(row.excused)}")
    share = f" Исполнено в{NBSP}срок {percent(row.share)}" if row.share is not None else ""
    if row.excused and row.own_share is not None:
        share += f", а{NBSP}без опозданий не по{NBSP}вине исполнителя{NBSP}— {percent(row.own_share)}"
    share = f"{share}." if share else ""
    head = f"В{NBSP}отчётном периоде наступил срок {number_of(row.due, 'of_points')}"
    return f"{head}: {', '.join(counts)}.{share}"


def percent(share: float | None) -> str:
    """A share 0–1 as «87,5 %»; a dash where nothing was due."""
    return "—" if share is None else f"{decimal(100 * share)}{NBSP}%"


def closing(snapshot: Snapshot, as_of: datetime) -> str:
    """The last lines: as of when, and the hash by which the numbers can be checked; ``as_of`` on local clocks."""
    return (
        f"Все числа справки взяты из{NBSP}одного расчёта по{NBSP}данным, внесённым до {as_of:%d.%m.%Y %H:%M}. "
        f"Контрольная сумма расчёта (SHA-256): {snapshot.sha256}"
    )
