"""``vekha doctor``: everything an installation stands on, and for each fault what to do."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from deployments.cli import output
from deployments.cli.roadmap.look import Json
from deployments.doctor import Finding, State, look_at_everything
from models.settings import Settings
from roadmap.language import counted

PAUSE = 2.0
"""Seconds."""
MARKS: dict[State, str] = {"ok": "✓", "warn": "!", "bad": "✗"}


def doctor(
    mail: Annotated[
        str | None, typer.Option("--mail", metavar="АДРЕС", help="Отправить на этот адрес проверочное письмо.")
    ] = None,
    wait: Annotated[
        int,
        typer.Option(
            "--wait", metavar="СЕКУНД", min=0, max=3600, help="Сколько ждать, пока запустится то, что ещё не отвечает."
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Проверить установку: базы, Prefect, адрес страниц, прокси, почту, часы, папку. Код 1, если что-то неисправно."""
    found = _looked(wait, mail)
    faults, doubts = (sum(one.state == state for one in found) for state in ("bad", "warn"))
    if as_json:
        output.as_json([asdict(one) for one in found])
    else:
        columns = ("", "что", "как обстоит", "что сделать")
        rows = ((MARKS[one.state], one.name, one.words, one.remedy) for one in found)
        output.table("Проверка установки", columns, rows, wide=("что", "как обстоит", "что сделать"))
        words = counted(faults, "неисправность", "неисправности", "неисправностей") if faults else "Всё в порядке"
        more = f", {counted(doubts, 'замечание', 'замечания', 'замечаний')}" if doubts else ""
        output.screen.print(f"{words}{more}", style="red" if faults else "yellow" if doubts else "green")
    if faults:
        raise typer.Exit(1)


def _looked(seconds: int, mail: str | None) -> list[Finding]:
    """What is found when nothing is at fault any more, or after so long; one test letter at the most."""
    settings, until = Settings(), time.monotonic() + seconds
    if seconds:
        with output.step("Ждём, пока всё запустится"):
            while any(one.state == "bad" for one in look_at_everything(settings)) and time.monotonic() < until:
                time.sleep(PAUSE)
    return look_at_everything(settings, mail_to=mail)
