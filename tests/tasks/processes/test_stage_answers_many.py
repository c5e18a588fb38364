"""A country's worth of municipalities: one answer for all of them, and the card that shows them."""

from datetime import date

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from models import Body, Municipality
from models.db import open_session
from tasks.prefect.cards.process_facts import process_cards
from tasks.prefect.runs.forms import StageDecision, answer
from tests.worlds.process_region import ProcessRegion

COUNT = 2_400


@pytest.mark.usefixtures("campaign")
def test_all_of_2400_sign_in_one_answer(small_region: ProcessRegion) -> None:
    engine = small_region.world.engine
    with open_session(engine) as session:
        named = [{"code": f"m{n}", "name": f"Город {n}", "short": f"г. Город {n}"} for n in range(COUNT)]
        session.execute(insert(Body), [one | {"roadmap_code": "krai", "level": "municipal"} for one in named])
        ids = session.execute(
            select(col(Body.id)).where(col(Body.code).startswith("m"), col(Body.level) == "municipal")
        )
        since = {"roadmap_code": "krai", "since": date(2027, 1, 1)}
        session.execute(insert(Municipality), [since | {"body_id": body} for body in ids.scalars()])
    small_region.sweep()
    small_region.on = date(2027, 6, 7)
    for n, stage in enumerate(("проект", "согласование", "рассылка", "подписано всеми")):
        form = StageDecision(decision="отметить этап", stage=stage)
        told = answer(engine, small_region.parent, form, once_key=f"a{n}", today=small_region.on, at=small_region.at)
        assert told.refusal == ""
    with open_session(engine) as session:
        card = process_cards(session, {small_region.parent: small_region.on})[small_region.parent]
    assert f"Подписано всеми {COUNT + 3} из {COUNT + 3} · Зарегистрировано 0 из {COUNT + 3}" in card
    assert "Ещё в работе: 2343." in card
