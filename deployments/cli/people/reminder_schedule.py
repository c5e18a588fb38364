"""``vekha ladder``: when people are reminded of a deadline, as data of the roadmap."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml
from roadmap.control.ladder import Ladder
from tasks.people.lookup import set_ladder

NAMES_RU = {
    "before": "за сколько дней до срока",
    "after": "через сколько дней после срока",
    "then_every": "потом каждые столько дней; целые недели — по понедельникам (0 — больше не напоминать)",
    "escalate_after": "контролирующему — через столько дней после срока",
    "awaiting_every": "напоминать о решении каждые столько рабочих дней",
    "ask_extension_by": "просить о переносе — за столько рабочих дней до срока",
    "co_term": "соисполнителям — своя часть к такой доле срока, % (0 — писем им нет)",
    "co_before": "соисполнителям — напомнить за столько дней до срока их части",
}


MOST_DIGITS = 10
"""Python refuses to read a number of some thousands; what is too many days the ladder says."""
File = Annotated[Path | None, typer.Option("--set", metavar="ФАЙЛ.yaml", help="Лестница целиком: поля из --json.")]
Before = Annotated[str | None, typer.Option("--before", help="Дни до срока через запятую: 14,7,3,1,0.")]
After = Annotated[str | None, typer.Option("--after", help="Дни после срока через запятую: 1,3,7.")]
ThenEvery = Annotated[int | None, typer.Option("--then-every", help="Потом каждые N дней; 0 — никогда.")]
EscalateAfter = Annotated[int | None, typer.Option("--escalate-after", help="Контролирующему через N дней.")]
AwaitingEvery = Annotated[int | None, typer.Option("--awaiting-every", help="О решении каждые N рабочих дней.")]
AskExtensionBy = Annotated[
    int | None, typer.Option("--ask-extension-by", help="Просить о переносе за N рабочих дней; 0 — в сам день.")
]
CoTerm = Annotated[
    int | None, typer.Option("--co-term", help="Соисполнителям — доля срока в процентах; 0 — писем им нет.")
]
CoBefore = Annotated[int | None, typer.Option("--co-before", help="Соисполнителям — за N дней до срока их части.")]
Default = Annotated[bool, typer.Option("--default", help="Вернуть обычную лестницу.")]


def ladder(
    code: Code,
    file: File = None,
    before: Before = None,
    after: After = None,
    then_every: ThenEvery = None,
    escalate_after: EscalateAfter = None,
    awaiting_every: AwaitingEvery = None,
    ask_extension_by: AskExtensionBy = None,
    co_term: CoTerm = None,
    co_before: CoBefore = None,
    default: Default = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Показать или изменить лестницу напоминаний дорожной карты."""
    given = {
        "before": before if before is None else _days("before", before),
        "after": after if after is None else _days("after", after),
        "then_every": then_every,
        "escalate_after": escalate_after,
        "awaiting_every": awaiting_every,
        "ask_extension_by": ask_extension_by,
        "co_term": co_term,
        "co_before": co_before,
    }
    named = {name: value for name, value in given.items() if value is not None}
    if default and (file or named):
        output.fail("--default возвращает обычную лестницу целиком: уберите остальные поля")
    wished = (_from_file(file) if file else {}) | named
    with open_session(ready_engine()) as session:
        roadmap = known_roadmap(session, code)
        is_asked = default or bool(file) or bool(named)
        changed = is_asked and _change(session, roadmap, wished, is_whole=bool(file), default=default, actor=by)
        shown, is_own = Ladder.from_json(roadmap.ladder).to_json(), roadmap.ladder is not None
    if as_json:
        return output.as_json({"roadmap": code, "ladder": shown, "own": is_own, "changed": changed})
    return _show(code, shown, is_own=is_own, changed=changed)


def _change(
    session: Session, roadmap: Roadmap, wished: dict[str, Any], *, is_whole: bool, default: bool, actor: str
) -> bool:
    """Fields that are not named stay as they are, unless the ladder was given as a whole."""
    kept = {} if is_whole else Ladder.from_json(roadmap.ladder).to_json()
    wanted, at = None if default else kept | wished, clock.now()
    return set_ladder(session, roadmap, wanted, today=facts.today_of(roadmap, at), actor=actor, at=at)


def _show(code: str, shown: dict[str, Any], *, is_own: bool, changed: bool) -> None:
    title = f"{code}: лестница напоминаний — {'своя' if is_own else 'обычная'}{', изменена' if changed else ''}"
    cells = (
        (NAMES_RU[name], ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in shown.items()
    )
    output.table(title, ("что", "дни"), cells, wide=("что",))


def _days(name: str, words: str) -> list[int]:
    parts = [part.strip() for part in words.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < MOST_DIGITS for part in parts):
        output.fail(f"--{name}: «{words}» — нужны дни числами через запятую, например 14,7,3")
    return [int(part) for part in parts]


def _from_file(path: Path) -> dict[str, Any]:
    try:
        found = read_yaml(read_text(path))
    except (NotTaken, UnreadableYaml) as error:
        output.fail(f"{path.name}: {error}")
    except UnicodeDecodeError:
        output.fail(f"{path.name}: файл не в кодировке UTF-8 — сохраните его в UTF-8")
    except OSError as error:
        output.fail(f"{path.name}: файл не читается ({error.strerror}) — проверьте путь")
    if not isinstance(found, dict):
        output.fail(f"{path.name}: нужен набор полей лестницы, например «before: [14, 7, 3]»")
    return {str(name): list(value) if isinstance(value, tuple) else value for name, value in found.items()}
