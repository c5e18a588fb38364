"""What was recorded out of order, and what is still owed behind it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roadmap.processes.schema import Process, Stage
from roadmap.processes.staging import Place, State

SHOWN = 8


@dataclass(frozen=True, slots=True)
class MissingEvidence:
    """A case with a stage recorded as done and stages it needs that are not; both in the order of the process."""

    case: str | None
    done: Stage
    missing: tuple[Stage, ...]


def missing_evidence(process: Process, states: Mapping[Place, State]) -> list[MissingEvidence]:
    """Every case that has a done stage before one it needs: nothing asks for what is missing, yet the point waits."""
    behind = _behind(process)
    by_case: defaultdict[str | None, list[str]] = defaultdict(list)
    for (code, case), state in states.items():
        if state == "done":
            by_case[case].append(code)
    found = []
    for case, done in by_case.items():
        left = {code: {need for need in behind[code] if _is_live(states, need, case)} for code in done}
        missing = set[str]().union(*left.values())
        if missing:
            of = process.stages
            last = [stage for stage in of if left.get(stage.code)][-1]
            found.append(MissingEvidence(case, last, tuple(stage for stage in of if stage.code in missing)))
    return found


def missing_words(found: Iterable[MissingEvidence], names: Mapping[str, str]) -> list[str]:
    """«Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа», one line for all alike."""
    alike: defaultdict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for one in found:
        said = one.done.done or f"Отмечен этап «{one.done.title}»"
        name = {names.get(one.case, one.case)} if one.case else set()
        alike[said, tuple(stage.title for stage in one.missing)] |= name
    return [f"{said}, {_missing(titles)}{_listed(cases)}" for (said, titles), cases in alike.items()]


def _missing(titles: tuple[str, ...]) -> str:
    quoted = ", ".join(f"«{title}»" for title in titles)
    return f"не внесена дата этапа {quoted}" if len(titles) == 1 else f"не внесены даты этапов {quoted}"


def _listed(names: set[str]) -> str:
    listed = sorted(names, key=str.casefold)
    more = f" и ещё {len(listed) - SHOWN}" if len(listed) > SHOWN else ""
    return f": {', '.join(listed[:SHOWN])}{more}" if listed else ""


def _behind(process: Process) -> dict[str, frozenset[str]]:
    """All that a stage needs, by way of others too."""
    found: dict[str, frozenset[str]] = {}
    for stage in process.stages:
        found[stage.code] = frozenset(stage.needs).union(*(found[code] for code in stage.needs))
    return found


def _is_live(states: Mapping[Place, State], code: str, case: str | None) -> bool:
    """Of the case itself, or common to all."""
    state = states.get((code, case), states.get((code, None)))
    return state in ("waiting", "current")
