"""Commands about people: who is reached and how, who stands in, what is muted, whose links die."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Code, Json, as_day, known_roadmap
from models import Absence, Body, Channel, Official, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.queries.officials import MuteRow, muted, reachable
from roadmap.language import day
from tasks.people import absences, mutes
from tasks.people.lookup import body_of, official_of, revoke_links

Who = Annotated[str, typer.Argument(metavar="ДОЛЖНОСТЬ", help="Должность или номер; список: vekha people КОД.")]
Item = Annotated[str | None, typer.Option("--item", metavar="ПУНКТ", help="Код или номер пункта.")]
BodyCode = Annotated[str | None, typer.Option("--body", metavar="ОРГАН", help="Код органа.")]
ROLE_RU = {"executor": "исполнитель", "coordinator": "координатор", "controller": "контролирующий"}


def mute(
    code: Code,
    item: Item = None,
    body: BodyCode = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="По какой день не писать, ГГГГ-ММ-ДД.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Основание.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Снова писать.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Не писать о пункте или органе до указанного дня; сроки идут, после молчания сообщается последнее."""
    at = clock.now()
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code), at)
        subject = mutes.subject_of(session, code, item=item, body=body)
        if lift:
            changed = mutes.lift(session, code, subject, today=today, actor=by, at=at)
        elif until is None:
            output.fail("Назовите, по какой день не писать (--until), или снимите молчание (--lift)")
        else:
            changed = mutes.mute(
                session, code, subject, until=until.date(), reason=reason, today=today, actor=by, at=at
            )
    if as_json:
        until_on = None if lift else as_day(until)
        return output.as_json({"subject": subject.words, "silent": not lift, "until": until_on, "changed": changed})
    if lift:
        words = "снова пишем" if changed else "молчания не было"
    else:
        words = f"не пишем по {day(as_day(until))} включительно" + ("" if changed else " (уже записано)")
    output.screen.print(f"{code}, {subject.words}: {words}", markup=False)
    return None


def absence(
    code: Code,
    who: Who,
    deputy: Annotated[str, typer.Option("--deputy", help="Кто замещает: должность или номер.")] = "",
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Первый день отсутствия, ГГГГ-ММ-ДД.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Последний день отсутствия, ГГГГ-ММ-ДД.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Вернулся: снять записанное отсутствие.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Записать отсутствие: с первого дня по последний письма получает заместитель."""
    warning = ""
    at = clock.now()
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code), at)
        official = official_of(session, code, who)
        if back:
            changed = absences.back(session, official, today=today, actor=by, at=at) > 0
        elif not deputy or start is None or end is None:
            output.fail("Назовите заместителя и дни (--deputy, --from, --to) или возвращение (--back)")
        else:
            stands_in = official_of(session, code, deputy)
            changed = absences.set_absence(
                session,
                official,
                stands_in,
                starts_on=start.date(),
                ends_on=end.date(),
                today=today,
                actor=by,
                at=at,
            )
            if stands_in.id not in reachable(session, code):
                warning = f"У заместителя ({stands_in.post}) нет действующего адреса: письма получит сам отсутствующий"
    if as_json:
        days = {"from": as_day(start), "to": as_day(end)} if not back else {"from": None, "to": None}
        return output.as_json(
            {"official": official.id, "absent": not back, **days, "changed": changed, "note": warning}
        )
    if back:
        words = "на месте" if changed else "отсутствия не было"
    else:
        words = f"отсутствует с {day(as_day(start))} по {day(as_day(end))}" + ("" if changed else " (уже записано)")
    output.screen.print(f"{official.post}: {words}", markup=False)
    if warning:
        output.errors.print(warning, style="yellow", markup=False)
    return None


def revoke(
    code: Code,
    who: Annotated[
        str | None,
        typer.Argument(metavar="ДОЛЖНОСТЬ", help="Должность или номер; список: vekha people КОД."),
    ] = None,
    body: Annotated[
        str | None, typer.Option("--body", metavar="ОРГАН", help="Код органа: отозвать ссылку на его календарь.")
    ] = None,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Отозвать ссылки должностного лица (новая придёт со следующим письмом) или ссылку на календарь органа."""
    if (who is None) == (body is None):
        output.fail("Укажите либо должность, либо --body КОД органа, чей календарь больше не показывать")
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        whose = official_of(session, code, who) if who is not None else body_of(session, code, body or "")
        revoke_links(session, whose, actor=by, at=clock.now())
    if isinstance(whose, Body):
        name, shown = whose.name, {"body": whose.code, "name": whose.name, "revoked": True}
        line = f"{name}: прежняя ссылка на календарь больше ничего не открывает"
    else:
        shown = {"official": whose.id or 0, "post": whose.post, "revoked": True}
        line = f"{whose.post}: прежние ссылки больше ничего не открывают"
    if as_json:
        return output.as_json(shown)
    output.screen.print(line, markup=False)
    return None


def people(code: Code, as_json: Json = False) -> None:
    """Кто отвечает и как до него дойти: каналы, проверена ли связь, отсутствия, молчание."""
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code))
        rows = [_official(*row) for row in _officials(session, code, today)]
        quiet = [_mute_json(row) for row in muted(session, code, today)]
    if as_json:
        return output.as_json({"officials": rows, "silences": quiet})
    columns = ("№", "кто", "каналы", "отсутствие")
    output.table(f"{code}: должностных лиц {len(rows)}", columns, map(_official_cells, rows), wide=columns[1:])
    if quiet:
        cells = ((one["subject"], day(one["until"]), one["reason"], one["set_by"]) for one in quiet)
        output.table("Не пишем", ("о чём", "по", "основание", "кто решил"), cells, wide=("о чём", "основание"))
    return None


Row = tuple[Official, Body | None, list[Channel], list[tuple[Absence, Official]]]


def _officials(session: Session, code: str, today: Any) -> list[Row]:
    officials = select(Official, Body).join(Body, col(Body.id) == col(Official.body_id), isouter=True)
    officials = officials.where(Official.roadmap_code == code, col(Official.is_active)).order_by(col(Official.id))
    channels: defaultdict[int, list[Channel]] = defaultdict(list)
    for channel in session.exec(select(Channel).where(col(Channel.is_active)).order_by(col(Channel.id))):
        channels[channel.official_id].append(channel)
    away: defaultdict[int, list[tuple[Absence, Official]]] = defaultdict(list)
    left = select(Absence, Official).join(Official, col(Official.id) == col(Absence.deputy_id))
    for entry, deputy in session.exec(left.where(Absence.ends_on >= today).order_by(col(Absence.starts_on))):
        away[entry.official_id].append((entry, deputy))
    return [(one, body, channels[one.id or 0], away[one.id or 0]) for one, body in session.exec(officials)]


def _official(one: Official, body: Body | None, channels: list[Channel], away: list[Any]) -> dict[str, Any]:
    return {
        "number": one.id,
        "role": one.role,
        "body": body.code if body else None,
        "post": one.post,
        "name": one.name,
        "lead": one.is_lead,
        "zone": one.zone,
        "channels": [
            {
                "kind": channel.kind,
                "address": channel.address,
                "drilled_at": channel.drilled_at,
                "proven_at": channel.proven_at,
                "failing_since": channel.failing_since,
                "failure": channel.failure,
                "given_up_at": channel.given_up_at,
            }
            for channel in channels
        ],
        "absences": [
            {"from": entry.starts_on, "to": entry.ends_on, "deputy": deputy.id, "deputy_post": deputy.post}
            for entry, deputy in away
        ],
    }


def _mute_json(row: MuteRow) -> dict[str, Any]:
    subject = mutes.Subject(row.item, row.body)
    its = row.mute
    return {"subject": subject.words, "until": its.until, "reason": its.reason, "set_by": its.set_by}


def _how_it_works(channel: dict[str, Any]) -> str:
    if channel["given_up_at"]:
        return f"письма не доходят с {day(channel['failing_since'].date())}: {channel['failure']}"
    return "проверен" if channel["proven_at"] else "не проверен"


def _official_cells(row: dict[str, Any]) -> tuple[str, ...]:
    who = ", ".join(filter(None, (row["post"], row["name"])))
    role = f"{ROLE_RU[row['role']]}{', ' + row['body'] if row['body'] else ''}"
    channels = (f"{channel['kind']} {channel['address']} — {_how_it_works(channel)}" for channel in row["channels"])
    away = (f"{day(one['from'])} — {day(one['to'])}: {one['deputy_post']}" for one in row["absences"])
    return str(row["number"]), f"{who}\n{role}", "\n".join(channels) or "нет", "\n".join(away)
