"""The .xlsx form of a round: made for a body or for all of them, and a filled one taken back, whole or not at all."""

import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Round
from models.db.locks import lock_round
from models.lifecycle.transitions import Refused
from roadmap.catalogue.municipalities import Problem
from roadmap.monitoring import workbook
from roadmap.monitoring.indicators.submission import Given, Typed, answer_words
from roadmap.monitoring.workbook import EVERYBODY, Form, FormRow, Meta, read_filled, read_meta, version_of
from tasks.files.errors import DocumentRefused
from tasks.monitoring.submissions.record import asked_of, record_many, settle_data, unexplained
from tasks.monitoring.submissions.rows import (
    current,
    earlier,
    given_of,
    indicators_of,
    open_rounds,
    period_of,
    proven,
)
from tasks.monitoring.submissions.sheets import draw, read_sheet


@dataclass(frozen=True, slots=True)
class Fault(Problem):
    """A fault of one of several files."""

    file: str = ""

    @property
    def line(self) -> str:
        """«Сочи.xlsx, H7: …»."""
        return f"{self.file}, {self.cell}: {self.words}"


class FormRefused(DocumentRefused):
    """Forms that are not taken, nothing was written: ``problems`` has a line for each fault, with file and cell."""

    def __init__(self, problems: Sequence[Fault], *, hint: str = "") -> None:
        more = f" (и ещё {len(problems) - 1})" if len(problems) > 1 else ""
        super().__init__(f"{problems[0].line}{more}; ничего не записано{hint}")
        self.problems = tuple(problems)


@dataclass(slots=True)
class Taken:
    """What came of taking forms. ``left_out``: faults and blank rows that were passed over."""

    new: int = 0
    known: int = 0
    settled: int = 0
    """Data points that are complete now."""
    rounds: list[str] = field(default_factory=list)
    bodies: set[int] = field(default_factory=set)
    left_out: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where forms come from: whose word, when; the round (None: any that collects) and the body they must be of."""

    actor: str
    at: datetime
    official_id: int | None = None
    """The number of one who gives them by a link of his own."""
    today: date
    round_: Round | None = None
    body: str | None = None
    """Code."""


def form_of(session: Session, round_: Round, *, body: str | None = None) -> Form:
    """The form of a body (by code), or of all that are asked. ``Refused`` when there is nothing to ask."""
    if body is not None:
        form = forms_of(session, round_, [body]).get(body)
        if form is None:
            raise Refused(_nothing(session, round_, body))
        return form
    rows = _rows_asked(session, round_, None)
    if not rows:
        raise Refused(_nothing(session, round_, None))
    return _forms(session, round_, {EVERYBODY: rows})[EVERYBODY]


def forms_of(session: Session, round_: Round, codes: Collection[str]) -> dict[str, Form]:
    """The form of each of these bodies; one that is asked nothing has none."""
    rows: defaultdict[str, list[FormRow]] = defaultdict(list)
    for row in _rows_asked(session, round_, codes):
        rows[row.body].append(row)
    return _forms(session, round_, rows)


def _forms(session: Session, round_: Round, rows: Mapping[str, Sequence[FormRow]]) -> dict[str, Form]:
    """By code of the body; what all forms of a round share is read once, for a day's letters enclose thousands."""
    codes = {one.id: one.code for one in _bodies(session, round_.roadmap_code)}
    spare = frozenset((codes[number], code) for code, number in proven(session, round_))
    key, version = session.get_one(ControlPoint, round_.point_id).key, version_of(indicators_of(round_))
    period, due = period_of(round_).title, f"{round_.due_on:%d.%m.%Y}"
    return {
        code: Form(
            key=key,
            version=version,
            body=code,
            title=(
                f"Показатели за {period}{'' if code == EVERYBODY else f' · {mine[0].name}'}"
                f" · данные нужны до {due} включительно"
            ),
            rows=tuple(mine),
            spare=spare,
        )
        for code, mine in rows.items()
    }


def _rows_asked(session: Session, round_: Round, codes: Collection[str] | None) -> list[FormRow]:
    """By short name of the body, then in the order of the catalogue."""
    assert round_.id is not None
    bodies = {one.id: one for one in _bodies(session, round_.roadmap_code)}
    asked = asked_of(session, round_.id)
    asked = {one: mine for one, mine in asked.items() if codes is None or bodies[one].code in codes}
    there, before = current(session, round_.id, bodies=list(asked)), earlier(session, round_, bodies=list(asked))
    numbers = {one.code: number for number, one in enumerate(indicators_of(round_), start=1)}
    rows = []
    for one in sorted((bodies[number] for number in asked), key=lambda one: (one.short, one.code)):
        for indicator in asked[one.id or 0]:
            key = (indicator.code, one.id or 0)
            past = before.get(key)
            last = f"{answer_words(indicator, past.given)} ({past.period.title})" if past else ""
            known = given_of(there[key]) if key in there else None
            rows.append(FormRow(one.code, one.short, numbers[indicator.code], indicator, last, known))
    return rows


def form_name(round_: Round, body: Body | None = None) -> str:
    """«Показатели за III квартал 2026 г., г. Сочи.xlsx»."""
    who = f", {body.short}" if body else ""
    safe = "".join(" " if sign in '<>:"/\\|?*' else sign for sign in who)
    return f"Показатели за {period_of(round_).title}{safe}.xlsx"


def form_xlsx(form: Form) -> bytes:
    """The form as a file."""
    target = io.BytesIO()
    draw(form).save(target)
    return target.getvalue()


def write_form(form: Form, path: Path) -> None:
    """Write the form, the whole file or nothing; ``DocumentRefused`` when it cannot be written there."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(form_xlsx(form))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DocumentRefused(f"{path}: сюда не записать ({error.strerror}) — проверьте папку и права") from error


def take_forms(
    session: Session,
    roadmap_code: str,
    files: Sequence[tuple[str, bytes]],
    *,
    source: Source,
    partly: bool = False,
    blanks: bool = False,
) -> Taken:
    """Take filled forms (name, content) in one unit of work; the same forms again change nothing.

    1. each names its round, which must be the one meant; 2. every cell is checked against the form as it would be
    handed out now; 3. answers are kept, data points that are complete are settled. ``partly``: what is right is taken
    and the rest told; ``blanks``: only rows left blank are passed over. Raises ``FormRefused`` with every fault.
    """
    taken = Taken()
    answers: defaultdict[int, dict[str, list[tuple[str, Given]]]] = defaultdict(lambda: defaultdict(list))
    rounds: dict[int, Round] = {}
    for name, content in files:
        try:
            rows = read_sheet(content)
        except DocumentRefused as refused:
            taken.left_out.append(Fault("A1", str(refused), name))
            continue
        found = _round_meant(session, roadmap_code, rows, source)
        if isinstance(found, Problem):
            taken.left_out.append(Fault(found.cell, found.words, name))
            continue
        round_, form = found
        filled = read_filled(rows, form, name=name)
        taken.left_out += [Fault(one.cell, one.words, name) for one in filled.problems]
        taken.left_out += [] if blanks else [Fault(one.cell, one.words, name) for one in filled.empty]
        rounds[round_.id or 0] = round_
        for code, given in filled.given.items():
            answers[round_.id or 0][code] += [(name, one) for one in given]
    for round_id, by_body in answers.items():
        _keep(session, rounds[round_id], by_body, taken, source=source, partly=partly)
    if taken.left_out and not partly:
        raise FormRefused(taken.left_out)
    for round_id, round_ in rounds.items():
        taken.rounds.append(period_of(round_).written)
        taken.settled += settle_data(session, round_id, at=source.at, today=source.today)
    return taken


def _keep(
    session: Session,
    round_: Round,
    by_body: dict[str, list[tuple[str, Given]]],
    taken: Taken,
    *,
    source: Source,
    partly: bool,
) -> None:
    """Two files that say different things of one indicator, and corrections without a reason, are faults."""
    ids = {one.code: one.id or 0 for one in _bodies(session, round_.roadmap_code)}
    assert round_.id is not None
    lock_round(session, round_.id)
    wanted: dict[int, dict[str, Given]] = {}
    for code, given in by_body.items():
        mine = wanted.setdefault(ids[code], {})
        for name, one in given:
            before = mine.setdefault(one.indicator, one)
            if before.value != one.value:
                taken.left_out.append(
                    Fault(_cell(one), f"другое значение уже в «{before.place}» — оставьте одно", name)
                )
    answers = {body_id: list(mine.values()) for body_id, mine in wanted.items()}
    wrong = unexplained(session, round_, answers)
    for fault in wrong:
        taken.left_out.append(Fault(_cell(fault.given), fault.words, fault.given.place.rpartition(", ")[0]))
    if taken.left_out and not partly:
        return
    refused = {(fault.body_id, fault.given.indicator) for fault in wrong}
    answers = {
        body_id: [one for one in given if (body_id, one.indicator) not in refused] for body_id, given in answers.items()
    }
    who = {"actor": source.actor, "official_id": source.official_id, "at": source.at}
    new = record_many(session, round_.id, answers, source="xlsx", **who)  # type: ignore[arg-type]
    taken.new += new
    taken.known += sum(map(len, answers.values())) - new
    taken.bodies |= {body_id for body_id, given in answers.items() if given}


def _round_meant(
    session: Session, roadmap_code: str, rows: Sequence[Sequence[Typed]], source: Source
) -> tuple[Round, Form] | Problem:
    """The round a file belongs to and the form it should be, or why it cannot be taken."""
    meta = read_meta(rows)
    if isinstance(meta, Problem):
        return meta
    allowed = [source.round_] if source.round_ else open_rounds(session, roadmap_code)
    keys = {session.get_one(ControlPoint, one.point_id).key: one for one in allowed}
    round_ = keys.get(meta.key)
    if round_ is None:
        wanted = ", ".join(period_of(one).title for one in allowed) or "ни одного"
        hint = "" if source.round_ else "; форму прошлого раунда принимает ключ --period"
        return Problem("B1", f"это форма другого раунда ({_title(rows)}), а нужна за {wanted}{hint}")
    if source.body is not None and meta.body not in (source.body, EVERYBODY):
        return Problem("D1", "это форма другого органа: скачайте свою на этой странице")
    return _form_meant(session, round_, meta, source)


def _form_meant(session: Session, round_: Round, meta: Meta, source: Source) -> tuple[Round, Form] | Problem:
    if meta.version != version_of(indicators_of(round_)):
        return Problem("C1", "форма устарела: состав показателей с тех пор изменился — скачайте форму заново")
    if source.body is not None and meta.body == EVERYBODY:
        return Problem("D1", "это сводная форма координатора: скачайте форму своего органа на этой странице")
    try:
        return round_, form_of(session, round_, body=None if meta.body == EVERYBODY else meta.body)
    except Refused as refused:
        return Problem("D1", str(refused))


def _title(rows: Sequence[Sequence[Typed]]) -> str:
    said = rows[1][workbook.NAME] if len(rows) > 1 and len(rows[1]) > workbook.NAME else None
    return f"«{said}»"[:120] if said else "заголовок стёрт"


def _cell(given: Given) -> str:
    return given.place.rpartition(", ")[2]


def _bodies(session: Session, roadmap_code: str) -> list[Body]:
    return list(session.execute(select(Body).where(col(Body.roadmap_code) == roadmap_code)).scalars())


def _nothing(session: Session, round_: Round, body: str | None) -> str:
    if body is None:
        return f"За {period_of(round_).title} показателей ни у кого не запрашивают: формы нет"
    known = {one.code for one in _bodies(session, round_.roadmap_code)}
    if body not in known:
        return f"Органа «{body}» в «{round_.roadmap_code}» нет; список: vekha people {round_.roadmap_code}"
    return f"У органа «{body}» за {period_of(round_).title} ничего не запрашивается"
