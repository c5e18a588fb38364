"""Commands that only look: terms, items, points, status, show, outbox."""

import json
import sys
from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col

from deployments.cli import facts, output
from models import ControlPoint, Evidence, Item, Roadmap, clock, queries
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle import STATUS_RU, event_words, point_by_key
from models.settings import Settings
from models.tables.alert import alerts
from models.tables.outbox import OVERTAKEN
from roadmap.catalogue.loading import built_in
from roadmap.language import counted, day
from roadmap.review.answered import quoted
from roadmap.terms import read
from tasks.context.last_control import missed_controls
from tasks.editions.calendar_changes import unapproved_lines
from tasks.installation import differences
from tasks.people.contacts import bodies_without_channel

Json = Annotated[bool, typer.Option("--json", help="Вывести JSON для программ.")]
Code = Annotated[str, typer.Argument(metavar="КОД", help="Код дорожной карты, например krasnodar.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="С этого дня, ГГГГ-ММ-ДД.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="По этот день, ГГГГ-ММ-ДД.")]


def as_day(value: datetime | None) -> date | None:
    """The day an option names."""
    return value.date() if value else None


def known_roadmap(session: Any, code: str) -> Roadmap:
    """The roadmap of a code, or one clear line."""
    found: Roadmap | None = session.get(Roadmap, code)
    if found is None:
        there = ", ".join(roadmap.code for roadmap in queries.roadmaps(session)) or "пока ни одной"
        output.fail(f"Дорожной карты «{code}» нет на контроле (есть: {there}); поставить: vekha load {code}")
    return found


def terms(start: From = None, end: To = None) -> None:
    """Прочитать сроки: по одному в строке на входе, по одному JSON в строке на выходе."""
    first, last = as_day(start) or date(2000, 1, 1), as_day(end) or date(2099, 12, 31)
    if last < first:
        output.fail(f"Период кончается ({last}) раньше, чем начинается ({first}): поправьте --from и --to")
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        sys.stdout.write(json.dumps(read(text, start=first, end=last).to_json(), ensure_ascii=False) + "\n")


def items(code: Code, as_json: Json = False) -> None:
    """Мероприятия дорожной карты: слова документа и прочтение срока."""
    gone: dict[str, dict[str, Any]] = {}
    with open_session(ready_engine()) as session:
        rows = list(facts.stored_items(session, code)) if session.get(Roadmap, code) else []
        gone = {item.key: _dropping(item) for item in _dropped(session, code)}
    rows = rows or list(facts.catalogue_items(built_in(code)))
    if as_json:
        return output.as_json([row | gone.get(row["key"], NOT_DROPPED) for row in rows])
    wide = ("мероприятие", "срок")
    live = [row for row in rows if row["key"] not in gone]
    cells = ((*_item_cells(row), row["reading"]["rule"]) for row in live)
    output.table(f"{code}: {len(live)}", ("№", "откуда", "мероприятие", "срок", "правило"), cells, wide=wide)
    if gone:
        taken_off = ((row, gone[row["key"]]) for row in rows if row["key"] in gone)
        cells = ((*_item_cells(row), day(by["dropped_on"]), by["dropped_by"] or "") for row, by in taken_off)
        columns = ("№", "откуда", "мероприятие", "срок", "снято", "акт")
        output.table(f"Снято с контроля: {len(gone)}", columns, cells, wide=(*wide, "акт"))
    return None


def _item_cells(row: dict[str, Any]) -> tuple[str, ...]:
    return row["key"].split("/", 1)[1], facts.ORIGIN_RU[row["origin"]], row["title"], row["term"] or "—"


def _dropped(session: Session, code: str) -> list[Item]:
    """The items that later editions took off control."""
    return [item for item, _ in queries.items(session, code) if item.dropped_on]


NOT_DROPPED = {"dropped_on": None, "dropped_by": None}


def _dropping(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in NOT_DROPPED}


def _by_act(dropped: list[Item]) -> list[dict[str, Any]]:
    """How many items each act took off control, and when."""
    counted = Counter((item.dropped_by or "", item.dropped_on) for item in dropped)
    return [{"act": act, "on": on, "items": n} for (act, on), n in counted.items()]


def points(code: Code, start: From = None, end: To = None, as_json: Json = False) -> None:
    """Контрольные точки дорожной карты по срокам."""
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code))
        rows = queries.points(session, code, start=as_day(start), end=as_day(end))
    if as_json:
        return output.as_json([facts.point(row, today) for row in rows])
    return show_points(f"{code}: контрольных точек {len(rows)}", rows, today)


def show_points(title: str, rows: list[queries.PointView], today: date) -> None:
    """The table of control points that several commands print."""
    cells = (facts.point_cells(row, today) for row in rows)
    what = "мероприятие — кто отвечает, ключ"
    output.table(title, ("срок", "состояние", what), cells, wide=(what,))


def status(
    code: Annotated[str | None, typer.Argument(metavar="КОД", help="Без кода — все дорожные карты.")] = None,
    as_json: Json = False,
) -> None:
    """Как идёт исполнение: сколько в работе, на проверке, просрочено, исполнено."""
    with open_session(ready_engine()) as session:
        chosen = [known_roadmap(session, code)] if code else queries.roadmaps(session)
        rows = [queries.status(session, roadmap, today=facts.today_of(roadmap)) for roadmap in chosen]
        silent = {row.roadmap.code: bodies_without_channel(session, row.roadmap.code) for row in rows}
        standing = missed_controls(session, at=clock.now(), code=code)
        standing += [alert.words for alert in alerts(session)]
        standing += differences(session, Settings(), sends=False)
        unapproved = unapproved_lines(session, chosen, today=clock.today(Settings().zone))
        gone = {row.roadmap.code: _by_act(_dropped(session, row.roadmap.code)) for row in rows}
    if as_json:
        return output.as_json([_status(row, silent[row.roadmap.code], gone[row.roadmap.code]) for row in rows])
    columns = ("дорожная карта", *STATUS_COLUMNS, "проср.", "ближайший")
    cells = (_status_cells(row) for row in rows)
    output.table("Исполнение дорожных карт", columns, cells, wide=("дорожная карта", "срок"))
    for roadmap_code, acts in gone.items():
        for act in acts:
            points = counted(act["items"], "пункт", "пункта", "пунктов")
            line = f"{roadmap_code}: снято актом «{act['act']}» ({day(act['on'])}) — {points}"
            output.screen.print(line, markup=False, soft_wrap=True)
    for roadmap_code, bodies in silent.items():
        if bodies:
            names = ", ".join(f"«{body}»" for body in bodies)
            output.screen.print(f"[yellow]{roadmap_code}: некому писать — {names}; впишите в contacts.yaml[/]")
    for words in unapproved:
        output.screen.print(f"{words}.", markup=False, soft_wrap=True)
    for words in standing:
        output.screen.print(f"Тревога: {words}", style="red", markup=False, soft_wrap=True)
    return None


def _status(row: queries.RoadmapStatus, silent: list[str], gone: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "roadmap": row.roadmap.code,
        "title": row.roadmap.title,
        "region": row.roadmap.region,
        "rehearsal": row.roadmap.is_rehearsal,
        "shift_years": row.roadmap.shift_years,
        "items": row.items - sum(act["items"] for act in gone),
        "dropped": gone,
        "points": {name: row.by_status.get(name, 0) for name in STATUS_RU},
        "overdue": row.overdue,
        "overdue_stages": row.overdue_stages,
        "history": row.history,
        "next_deadline": row.next_deadline,
        "without_channel": silent,
    }


STATUS_COLUMNS = ("план", "работа", "пров.", "дораб.", "исп.", "снято")


def _status_cells(row: queries.RoadmapStatus) -> tuple[str, ...]:
    name = f"{row.roadmap.code}\n{row.roadmap.region}"
    if row.roadmap.is_rehearsal:
        name += f"\nрепетиция, годы сдвинуты на {row.roadmap.shift_years}"
    if row.history:
        name += f"\nв истории {row.history}"
    if row.overdue_stages:
        name += f"\nсреди просроченного этапов — {row.overdue_stages}"
    counts = (str(row.by_status.get(status, 0)) for status in STATUS_RU)
    return (name, *counts, str(row.overdue), day(row.next_deadline))


def show(
    key: Annotated[
        str, typer.Argument(metavar="КЛЮЧ", help="Ключ контрольной точки, например krasnodar/1.1/-/2027-09-15.")
    ],
    as_json: Json = False,
) -> None:
    """Всё об одной контрольной точке: слова документа, прочтение, история, уведомления."""
    with open_session(ready_engine()) as session:
        found = point_by_key(session, key)
        today = facts.today_of(known_roadmap(session, found.roadmap_code))
        (it,) = queries.read_points(session, col(ControlPoint.id) == found.id)
        item = session.get_one(Item, it.item_id)
        past, proof, told = (
            queries.history(session, it.id),
            queries.evidence(session, it.id),
            queries.told(session, it.id),
        )
    if as_json:
        names = ("on_day", "post", "reason", "state")
        more = {
            "term": item.term,
            "reading": item.reading,
            "act_words": item.act_words,
            "source": item.source,
            **_dropping(item),
            "note": it.deadline_note,
            "history": [entry.model_dump(exclude={"id", "point_id", "once_key"}) for entry in past],
            "evidence": [entry.model_dump(exclude={"id", "point_id"}) for entry in proof],
            "told": [dict(zip(names, line, strict=True)) for line in told],
        }
        return output.as_json(facts.point(it, today) | more)
    output.screen.print(f"[bold]{item.title}[/]\n{key} — {facts.state_words(it, today)}")
    if item.dropped_on:
        output.screen.print(f"Пункт снят с контроля {day(item.dropped_on)}: {item.dropped_by}", markup=False)
    term = quoted("term", item.term, item.act_words, otherwise="«не указан»")
    output.screen.print(f"Срок по документу: {term} ({item.source})", markup=False)
    output.screen.print(f"Открыта {day(it.opens_on)}, срок {day(it.due_on)}, контрольный день {day(it.deadline_on)}")
    output.screen.print(it.deadline_note or "Срок не переносился.", markup=False)
    output.screen.print(f"Отвечает: {it.owner_name}", markup=False)
    output.table(
        "История", ("день", "событие", "кто", "основание"), (_event(entry) for entry in past), wide=("основание",)
    )
    output.table("Подтверждения", ("что", "кто"), ((_proof(entry), entry.added_by) for entry in proof), wide=("что",))
    lines = ((day(on), post, facts.REASON_RU[reason], NOTICE_RU[state]) for on, post, reason, state in told)
    return output.table("Уведомления", ("день", "кому", "почему", "письмо"), lines, wide=("кому",))


def _proof(entry: Evidence) -> str:
    return "\n".join(filter(None, (entry.words, entry.file_name)))


def _event(entry: Any) -> tuple[str, ...]:
    moved = f"{day(entry.due_from)} → {day(entry.due_to)}. " if entry.due_from and entry.due_to else ""
    event = event_words(entry.action, due_to=None if moved else entry.due_to)
    return (day(entry.happened_on), event, entry.actor, moved + entry.reason)


NOTICE_RU = {
    "queued": "ждёт отправки",
    "sending": "отправляется",
    "sent": "отправлено",
    "dropped": "не понадобилось",
    "overtaken": OVERTAKEN,
    "dead": "не доставлено",
    "reversed": "дата была неверной",
}


def outbox(
    only_dead: Annotated[bool, typer.Option("--dead", help="Только недоставленные.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Сколько последних показать.")] = 50,
    as_json: Json = False,
) -> None:
    """Исходящие письма: кому, когда, доставлено ли."""
    with open_session(ready_engine()) as session:
        rows = queries.outbox(session, states=("dead",) if only_dead else (), limit=limit)
    if as_json:
        return output.as_json([_notice(row) for row in rows])
    cells = (
        (
            row.notice.visible_id,
            day(row.notice.on_day),
            row.official.post,
            row.channel.kind,
            str(row.lines),
            NOTICE_RU[row.notice.outcome],
            row.notice.error if row.notice.error != OVERTAKEN else "",
        )
        for row in rows
    )
    columns = ("№", "день", "кому", "канал", "точек", "состояние", "ошибка")
    return output.table("Исходящие", columns, cells, wide=("кому", "ошибка"))


def _notice(row: queries.NoticeRow) -> dict[str, Any]:
    return {
        "id": row.notice.visible_id,
        "on_day": row.notice.on_day,
        "roadmap": row.official.roadmap_code,
        "official": row.official.post,
        "channel": row.channel.kind,
        "lines": row.lines,
        "state": row.notice.outcome,
        "attempts": row.notice.attempts,
        "error": row.notice.error,
        "sent_at": row.notice.sent_at,
    }
