"""What an official answers is seen on the point's Prefect run at once."""

from datetime import date, timedelta

import httpx
from sqlmodel import select

from deployments.sync import sync
from models import Body, ControlPoint, Official, clock
from models.db import open_session
from tasks.people.links import official_url
from tests.parts.office import Office
from tests.worlds.pages import Serve
from web.app import create_app
from web.forms import once_key


def test_a_report_on_the_page_renames_the_run_and_its_recall_names_it_back(
    office: Office, serve: Serve, today: date
) -> None:
    office.add_roadmap()
    key = office.add_point(
        kind="activity", item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20)
    )
    with open_session(office.engine) as session:
        body = session.exec(select(Body)).one()
        rector = Official(roadmap_code="krasnodar", role="executor", post="Ректор", body_id=body.id, is_lead=True)
        session.add(rector)
        session.flush()
        path = official_url(office.settings, rector).removeprefix(office.settings.pages_url)
        point = session.exec(select(ControlPoint.id).where(ControlPoint.key == key)).one()
    sync(office.engine, settings=office.settings, at=clock.now())
    office.wait_for(key, "В работе")
    with serve(create_app(office.settings, office.engine)) as url:
        form = {"once": once_key(), "details": "приказ от 20.05.2027 № 118", "on": f"{today}"}
        answer = httpx.post(f"{url}{path}/point/{point}/submit", data=form, trust_env=False)
        assert answer.status_code == 303
        office.wait_for(key, "На проверке")
        back = httpx.post(f"{url}{path}/point/{point}/recall", data={"once": once_key()}, trust_env=False)
        assert back.status_code == 303
        run = office.wait_for(key, "В работе")
        assert run["state_type"] == "PAUSED", "it waits for the decision as before"
