"""``vekha ladder``: when people are reminded of a deadline, as data of the roadmap."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli import facts, output
from deployments.cli.decide import Actor
from deployments.cli.look import Code, Json, known_roadmap
from models import clock
from models.db import session
from models.migrate import ready_engine
from roadmap.catalogue.yaml_reading import UnreadableYaml, read_yaml
from roadmap.control import Ladder
from tasks.people import set_ladder

NAMES_RU = {
    "before": "за сколько дней до срока",
    "after": "через сколько дней после срока",
    "then_every": "потом каждые столько дней (0 — больше не напоминать)",
    "escalate_after": "контролирующему — через столько дней после срока",
    "awaiting_every": "напоминать о решении каждые столько рабочих дней",
    "ask_extension_by": "просить о переносе — за столько рабочих дней до срока",
}


def ladder(
    code: Code,
    file: Annotated[
        Path | None, typer.Option("--set", metavar="ФАЙЛ.yaml", help="Лестница целиком: поля из --json.")
    ] = None,
    before: Annotated[str | None, typer.Option("--before", help="Дни до срока через запятую: 14,7,3,1,0.")] = None,
    after: Annotated[str | None, typer.Option("--after", help="Дни после срока через запятую: 1,3,7.")] = None,
    then_every: Annotated[int | None, typer.Option("--then-every", help="Потом каждые N дней; 0 — никогда.")] = None,
    escalate_after: Annotated[
        int | None, typer.Option("--escalate-after", help="Контролирующему через N дней.")
    ] = None,
    awaiting_every: Annotated[
        int | None, typer.Option("--awaiting-every", help="О решении каждые N рабочих дней.")
    ] = None,
    ask_extension_by: Annotated[
        int | None, typer.Option("--ask-extension-by", help="Просить о переносе за N рабочих дней; 0 — в сам день.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Вернуть обычную лестницу.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Показать или изменить лестницу напоминаний дорожной карты."""
    numbers = {
        "then_every": then_every,
        "escalate_after": escalate_after,
        "awaiting_every": awaiting_every,
        "ask_extension_by": ask_extension_by,
    }
    named: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    named |= {name: _days(name, value) for name, value in (("before", before), ("after", after)) if value is not None}
    if default and (file or named):
        output.fail("--default возвращает обычную лестницу целиком: уберите остальные поля")
    whole = _from_file(file) if file else {}
    changed = False
    with session(ready_engine()) as work:
        roadmap = known_roadmap(work, code)
        if default or file or named:
            kept = {} if file else Ladder.from_json(roadmap.ladder).to_json()
            wanted = None if default else kept | whole | named
            today = facts.today_of(roadmap)
            changed = set_ladder(work, roadmap, wanted, today=today, actor=by, at=clock.now())
        shown, is_own = Ladder.from_json(roadmap.ladder).to_json(), roadmap.ladder is not None
    if as_json:
        return output.as_json({"roadmap": code, "ladder": shown, "own": is_own, "changed": changed})
    title = f"{code}: лестница напоминаний — {'своя' if is_own else 'обычная'}{', изменена' if changed else ''}"
    cells = (
        (NAMES_RU[name], ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in shown.items()
    )
    output.table(title, ("что", "дни"), cells, wide=("что",))
    return None


def _days(name: str, words: str) -> list[int]:
    parts = [part.strip() for part in words.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() for part in parts):
        output.fail(f"--{name}: «{words}» — нужны дни числами через запятую, например 14,7,3")
    return [int(part) for part in parts]


def _from_file(path: Path) -> dict[str, Any]:
    try:
        found = read_yaml(path.read_text(encoding="utf-8-sig"))
    except UnreadableYaml as error:
        output.fail(f"{path.name}: {error}")
    except UnicodeDecodeError:
        output.fail(f"{path.name}: файл не в кодировке UTF-8 — сохраните его в UTF-8")
    except OSError as error:
        output.fail(f"{path.name}: файл не читается ({error.strerror}) — проверьте путь")
    if not isinstance(found, dict):
        output.fail(f"{path.name}: нужен набор полей лестницы, например «before: [14, 7, 3]»")
    return {str(name): list(value) if isinstance(value, tuple) else value for name, value in found.items()}
