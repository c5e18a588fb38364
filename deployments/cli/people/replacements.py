"""``vekha replace``: a person leaves a post, another comes, in one command with a list of what moves."""

from dataclasses import asdict
from typing import Annotated

import typer

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.people.people import Who
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import Body, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle import STATUS_RU
from models.settings import Settings
from roadmap.catalogue.contacts import OfficialEntry
from roadmap.language import counted, day
from tasks.people.contacts_file import Place, rewritten_contacts
from tasks.people.lookup import official_of
from tasks.people.replacements import Replacement, Successor, plan_replacement, replace_official


def replace(
    code: Code,
    who: Who,
    name: Annotated[str, typer.Option("--name", help="Кто приходит: фамилия, имя, отчество.")],
    email: Annotated[str, typer.Option("--email", help="Адрес электронной почты нового должностного лица.")],
    post: Annotated[str | None, typer.Option("--post", help="Новое название должности; без него прежнее.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Заменить; без него только показать, что перейдёт.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Заменить должностное лицо: показать, что перейдёт к преемнику, и с --apply передать."""
    engine, at, settings = ready_engine(), clock.now(), Settings()
    with open_session(engine) as session:
        today = facts.today_of(known_roadmap(session, code), at)
        official = official_of(session, code, who)
        body = session.get(Body, official.body_id) if official.body_id else None
        successor = _successor(name, email, post or official.post)
        plan = plan_replacement(session, official, successor, today=today)
    place = Place(roadmap=code, role=official.role, body=body.code if body else None, post=official.post)
    is_named = False
    if apply and not plan.is_done:
        with rewritten_contacts(settings.contacts, place, successor) as is_named, open_session(engine) as session:
            moved = official_of(session, code, str(official.id))
            plan = replace_official(session, moved, successor, today=today, actor=by, at=at)
    if as_json:
        shown = asdict(plan) | {"applied": apply and not plan.is_done, "contacts_rewritten": is_named}
        return output.as_json(shown)
    _show(plan, applied=apply)
    if apply and not plan.is_done and not is_named:
        words = f"{settings.contacts.name}: запись «{place.post}» в файле не названа; впишите преемника сами"
        output.errors.print(words, style="yellow", markup=False)
    return None


def _successor(name: str, email: str, post: str) -> Successor:
    """Names and addresses as contacts.yaml takes them, or one clear line."""
    name, email, post = " ".join(name.split()), email.strip(), " ".join(post.split())
    if not name:
        output.fail("Назовите, кто приходит (--name)")
    try:
        OfficialEntry.model_validate({"post": post, "channels": [{"kind": "email", "address": email}]})
    except ValueError:
        output.fail(f"«{email}» — не адрес электронной почты вида имя@домен, поправьте --email")
    return Successor(name=name, email=email, post=post)


def _show(plan: Replacement, *, applied: bool) -> None:
    if plan.is_done:
        output.screen.print(f"{plan.new_post}: преемник уже на месте, ничего не изменено", markup=False)
        return
    cells = ((day(one.deadline_on), STATUS_RU[one.status], f"{one.title}\n{one.key}") for one in plan.points)
    if plan.points:
        output.table(f"Контрольных точек: {len(plan.points)}", ("срок", "состояние", "что"), cells, wide=("что",))
    else:
        output.screen.print("Контрольных точек за должностью нет: письма о них получает первый из контактов органа")
    letters = f"{counted(plan.letters, 'письмо ждёт', 'письма ждут', 'писем ждут')} отправки"
    output.screen.print(f"{letters} — уйдут по новому адресу; прежних адресов отключается {plan.channels_off}")
    output.screen.print(
        f"Отсутствий прежнего лица снимается {plan.own_absences}; замещает других по-прежнему в {plan.stands_in}"
    )
    output.screen.print("Все ссылки, выданные прежнему лицу, отзываются")
    words = "Заменено." if applied else "Ничего не изменено; чтобы заменить, повторите с --apply."
    output.screen.print(words, style="bold")
