"""How answers reach the screen: JSON for programs, tables for people, one line for what went wrong."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

EXIT_BAD_INPUT = 2

screen = Console(highlight=False, soft_wrap=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(line: str, code: int = EXIT_BAD_INPUT) -> NoReturn:
    """One clear line on standard error, and out."""
    errors.print(" ".join(line.split()), markup=False, style="red")
    raise typer.Exit(code)


def say(line: str) -> None:
    """One line on standard error beside the work that goes on."""
    errors.print(line, style="yellow", markup=False)


def as_json(value: Any) -> None:
    """Print a value as JSON, dates as ISO."""

    def plain(other: Any) -> str:
        if isinstance(other, date | datetime):
            return other.isoformat()
        raise TypeError(f"{type(other).__name__} has no JSON form")

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, wide: Sequence[str] = ()) -> None:
    """A table for people; ``wide`` columns fold, the rest keep to one line."""
    drawn = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        drawn.add_column(column, overflow="fold", no_wrap=column not in wide, min_width=14 if column in wide else None)
    for row in rows:
        drawn.add_row(*(escape(cell) for cell in row))
    screen.print(drawn)


@contextmanager
def progress(words: str) -> Iterator[Any]:
    """A progress bar on standard error; yields ``advance(done, total)``."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors
    )
    with bar:
        task = bar.add_task(words, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


@contextmanager
def step(words: str) -> Iterator[None]:
    """Says on standard error what goes on: where a person watches, until it is over; in a log, in a line."""
    if errors.is_terminal:
        with errors.status(f"{words}…"):
            yield
        return
    errors.print(f"{words}…")
    yield
