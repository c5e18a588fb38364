"""What two editions say differently above their items: act, title, period, rules, posts, bodies, indicators."""

from collections.abc import Iterator, Mapping

from roadmap.catalogue.schema import RHYTHM_RU, Catalogue, Controller, Indicator
from roadmap.language.matching import alike

Field = tuple[str, str, str]
"""Name, words before, words after; empty words for what is new or gone."""


def header_changes(old: Catalogue, new: Catalogue) -> Iterator[Field]:
    """The fields that differ, bodies and indicators one by one."""
    before, after = _facts(old), _facts(new)
    for field, words in before.items():
        if not alike(words, after[field]):
            yield field, words, after[field]
    bodies = ({body.code: body.name for body in edition.bodies} for edition in (old, new))
    yield from _listed("bodies", *bodies)
    indicators = ({entry.code: _indicator(entry) for entry in edition.indicators} for edition in (old, new))
    yield from _listed("indicators", *indicators)


def _facts(edition: Catalogue) -> Mapping[str, str]:
    return {
        "act": edition.act.words,
        "title": edition.title,
        "period": f"{edition.period.start:%d.%m.%Y} – {edition.period.end:%d.%m.%Y}",
        "zone": edition.zone,
        "roll": edition.roll,
        "report_by": edition.report_by,
        "days_off": ", ".join(f"{day.on:%d.%m.%Y} {day.name}" for day in edition.days_off),
        "working_days": ", ".join(f"{day:%d.%m.%Y}" for day in edition.working_days),
        "controller": _post(edition.controller),
        "coordinator": _post(edition.coordinator),
        "monitoring": ", ".join(RHYTHM_RU[one.rhythm] for one in edition.monitoring),
        "monitoring_by": _name(edition, edition.monitoring_by.body) if edition.monitoring_by else "",
    }


def _post(named: Controller | None) -> str:
    return ", ".join(filter(None, (named.post, named.name))) if named else ""


def _name(edition: Catalogue, code: str) -> str:
    return next((body.short for body in edition.bodies if body.code == code), code)


def _indicator(entry: Indicator) -> str:
    """The title and whatever is judged by."""
    target = None if entry.target is None else f"{entry.target:g}"
    facts = (entry.comparison, target, entry.unit, entry.target_year, entry.rhythm, entry.words)
    told = " ".join(str(fact) for fact in facts if fact)
    return f"{entry.title} ({told})" if told else entry.title


def _listed(field: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Field]:
    for code in dict.fromkeys([*was, *now]):
        if not alike(was.get(code, ""), now.get(code, "")):
            yield field, was.get(code, ""), now.get(code, "")
