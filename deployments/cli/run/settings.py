"""``vekha settings``: what this program is set to, and whether that is what the installation is set to."""

from dataclasses import asdict
from typing import Annotated

import typer

from deployments.cli import output
from deployments.cli.roadmap.look import Json
from models import Installation, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from tasks.installation import adopt, differences, fingerprint

NAMES_RU = {
    "folder": "папка данных",
    "link_key": "ключ личных ссылок, отпечаток",
    "mail": "письма",
    "public_url": "адрес страниц в письмах",
}
MAIL_RU = {"folder": "в папку letters", "server": "через почтовый сервер"}


def settings(
    adopt_mine: Annotated[
        bool, typer.Option("--adopt", help="Настройки установки сменились: считать верными настройки этой программы.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Те ли у этой программы настройки, что у установки: папка, ключ ссылок, почта, адрес. Код 1, если нет."""
    mine, engine = Settings(), ready_engine()
    with open_session(engine) as session:
        if adopt_mine:
            adopt(session, mine, at=clock.now())
            session.flush()
        row, here, found = session.get(Installation, 1), fingerprint(mine), differences(session, mine)
        there = {name: getattr(row, name) for name in NAMES_RU} if row else None
    if as_json:
        output.as_json({"here": asdict(here), "installation": there, "differences": found})
    else:
        cells = (
            (words, _shown(name, getattr(here, name)), _shown(name, there[name]) if there else "ещё не известно")
            for name, words in NAMES_RU.items()
        )
        output.table("Настройки", ("что", "у этой программы", "у установки"), cells, wide=("что",))
        for line in found:
            output.screen.print(f"Отличается: {line}", style="red", markup=False)
    if found:
        raise typer.Exit(1)


def _shown(name: str, value: str) -> str:
    return MAIL_RU[value] if name == "mail" else value or "—"
