"""Page one of the analytic note: a paragraph for each thing a reader asks first. Pure."""

from roadmap.language import cited, ended, plural
from roadmap.language.text import NBSP
from roadmap.monitoring.indicators.ranking import lagging
from roadmap.monitoring.report import words
from roadmap.monitoring.snapshot import Snapshot, Verdict


def summary(snapshot: Snapshot) -> tuple[str, ...]:
    """Page one, a paragraph each: who gave data, what is met and what is not, execution, recommendations."""
    parts = (
        _collected(snapshot),
        _silent(snapshot),
        *_judged(snapshot),
        *_lagging(snapshot),
        words.execution(snapshot.execution),
        _overdue(snapshot),
        _advice(snapshot),
    )
    return tuple(ended(part) for part in parts if part)


def _collected(snapshot: Snapshot) -> str:
    if not snapshot.indicators:
        return (
            "Документ показателей с измеряемыми значениями для этого раунда не содержит; справка составлена "
            "по исполнению дорожной карты."
        )
    asked, answered = snapshot.bodies_asked, snapshot.bodies_answered
    if not asked:
        return f"Данные за{NBSP}{snapshot.period} ни у{NBSP}кого не запрашивались."
    head = f"Данные за{NBSP}{snapshot.period} запрошены у{NBSP}{words.number_of(asked, 'asked')} мониторинга"
    if not answered:
        return f"{head}; данных не{NBSP}представил никто."
    if answered == asked:
        return f"{head}; представили все."
    return f"{head}; представили {words.whole(answered)} ({words.decimal(100 * answered / asked)}{NBSP}%)."


def _silent(snapshot: Snapshot) -> str:
    if not snapshot.silent:
        return ""
    more = len(snapshot.silent) > words.SHOWN_NAMES
    tail = " (полный перечень — в приложении)" if more else ""
    return f"Не представили данные ({words.whole(len(snapshot.silent))}): {words.listed(snapshot.silent)}{tail}."


_SAID: tuple[tuple[Verdict, str], ...] = (
    ("met", "Цель достигнута"),
    ("on_way", "Идут к цели"),
    ("behind", "Отстают от темпа"),
    ("not_met", "Цель не достигнута"),
    ("no_data", "Нет данных"),
    ("not_judged", "Оценивать рано"),
)


def _judged(snapshot: Snapshot) -> list[str]:
    """How many indicators came out how; each that falls short with its number and target."""
    said = []
    for verdict, title in _SAID:
        found = [one for one in snapshot.indicators if one.verdict == verdict]
        if verdict == "not_judged":
            found = [one for one in found if one.target is not None]
        if not found:
            continue
        short = verdict in ("behind", "not_met")
        names = ", ".join(one.code for one in found)
        if short:
            names = "; ".join(f"{one.code} ({words.amount(one, one.value)} при цели {words.aim(one)})" for one in found)
        said.append(f"{title}: {words.number_of(len(found), 'indicator')} — {names}.")
    if free := [one.code for one in snapshot.indicators if one.target is None]:
        said.append(f"Не оцениваются, цель не названа: {words.number_of(len(free), 'indicator')} — {', '.join(free)}.")
    total = len(snapshot.indicators)
    head = f"В{NBSP}раунде {words.number_of(total, 'indicator')}."
    return [" ".join([head, *said])] if total else []


def _lagging(snapshot: Snapshot) -> list[str]:
    """Who is below the target and who below the mean of the region: two sentences that do not mix the two."""
    lags = lagging(snapshot)
    by_code = {one.code: one for one in snapshot.indicators}
    said = []
    for what, codes in (("цели", "below_target"), ("среднего по\u00a0региону", "below_mean")):
        found = sorted(
            ((len(getattr(lag, codes)), lag) for lag in lags if getattr(lag, codes)), key=lambda one: -one[0]
        )
        if not found:
            continue
        side = words.beyond(by_code[code] for _, lag in found for code in getattr(lag, codes)).capitalize()
        most = [lag.name for count, lag in found if count == found[0][0]]
        said.append(
            f"{side} {what} хотя бы по{NBSP}одному показателю: {words.number_of(len(found), 'body')}; "
            f"больше всего показателей ({words.whole(found[0][0])}): {words.listed(most, 10)}."
        )
    return said


def _overdue(snapshot: Snapshot) -> str:
    if not snapshot.overdue:
        return ""
    longest = max(snapshot.overdue, key=lambda point: point.days)
    count = len(snapshot.overdue)
    verb = plural(count, "просрочена", "просрочены", "просрочено")
    item = cited(longest.number, longest.title).replace("п. ", f"п.{NBSP}")
    return (
        f"На{NBSP}дату составления {verb} {words.number_of(count, 'point')}; дольше всего{NBSP}— {item}, "
        f"{longest.body} ({words.number_of(longest.days, 'day')})."
    )


def _advice(snapshot: Snapshot) -> str:
    if not snapshot.advice:
        return ""
    count, old = len(snapshot.advice), sum(one.is_open_already for one in snapshot.advice)
    adjective = plural(count, "адресная", "адресные", "адресных")
    verb = plural(count, "Подготовлена", "Подготовлены", "Подготовлено")
    said = f"{verb} {words.whole(count)}{NBSP}{adjective} {plural(count, *words.FORMS['advice'])}"
    given = plural(
        old, "дана ранее и ещё не исполнена", "даны ранее и ещё не исполнены", "даны ранее и ещё не исполнены"
    )
    return f"{said}, из{NBSP}них {words.whole(old)}{NBSP}{given}." if old else f"{said}."
