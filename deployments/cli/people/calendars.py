"""The command that prints the link of a calendar feed."""

from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import Session, col

from deployments.cli import output
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import Body, Official
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.language.normalise import one_line
from tasks.people.links import calendar_url
from tasks.people.lookup import PeopleRefused, body_of


def calendar(
    code: Code,
    official: Annotated[
        str | None, typer.Option("--official", help="Должность или имя, как в contacts.yaml: его сроки.")
    ] = None,
    body: Annotated[str | None, typer.Option("--body", help="Код органа: сроки органа.")] = None,
    as_json: Json = False,
) -> None:
    """Показать ссылку на календарь сроков должностного лица или органа (для Outlook, Яндекс Календаря, телефона)."""
    if (official is None) == (body is None):
        output.fail('Укажите либо --official "должность", либо --body КОД')
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        whose = _official(session, code, official) if official is not None else _body(session, code, body or "")
        url = calendar_url(Settings(), whose)
    name = whose.post if isinstance(whose, Official) else whose.name
    if as_json:
        return output.as_json({"roadmap": code, "whose": name, "url": url})
    output.screen.print(f"Календарь сроков: {name}", markup=False)
    output.screen.print(url, markup=False, soft_wrap=True)
    return None


def _official(session: Session, code: str, words: str) -> Official:
    """The one official in office whose post or name is meant: word for word, else the only one that contains it."""
    found = (
        select(Official).where(col(Official.roadmap_code) == code, col(Official.is_active)).order_by(col(Official.id))
    )
    people: list[Official] = list(session.execute(found).scalars())
    wanted = one_line(words)
    same = [one for one in people if wanted and wanted in (one_line(one.post), one_line(one.name))]
    like = same or [one for one in people if wanted and wanted in one_line(_named(one))]
    if len(like) != 1:
        listed = "; ".join(_named(one) for one in like or people) or "пока никого — vekha contacts"
        problem = "подходит не один" if like else "нет такого"
        output.fail(f"Должностное лицо «{words}»: {problem} (есть: {listed}); укажите должность целиком")
    return like[0]


def _named(official: Official) -> str:
    return ", ".join(filter(None, (official.post, official.name)))


def _body(session: Session, code: str, wanted: str) -> Body:
    try:
        return body_of(session, code, wanted)
    except PeopleRefused as refused:
        output.fail(str(refused))
