"""What runs on the Prefect server, as data: the flows that keep points, the service flows and their schedules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from roadmap.calendar.office_hours import OfficeHours
from roadmap.cards.point import ItemFacts, deployment_name, description, tags
from tasks.prefect.names import FLOW_NAMES, SERVICE_TAG

#: Kinds whose flow stands in a module of its own.
ENTRYPOINTS = {kind: f"flows.{kind}.{kind}" for kind in ("agreement", "session", "study", "document", "registry")}
ENTRYPOINTS["round"] = "flows.round.monitoring_round"
POOL_TYPE = "process"
HOME_ZONE = "Europe/Moscow"

POINT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"point_key": {"type": "string", "title": "Ключ контрольной точки"}},
    "required": ["point_key"],
}
REOPEN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "point_key": {"type": "string", "title": "Ключ контрольной точки", "position": 0},
        "reason": {"type": "string", "title": "Основание", "position": 1},
    },
    "required": ["point_key", "reason"],
}
NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A flow that runs by the clock; ``each_zone``: at that hour of every zone a roadmap lives in."""

    key: str
    flow: str
    name: str
    entrypoint: str
    cron: str
    """Empty: people start it."""
    words: str
    each_zone: bool = False
    parameter_schema: dict[str, Any] = field(default_factory=lambda: NO_PARAMETERS)


SERVICES = (
    Service(
        key="service/daily-control",
        flow="Ежедневный контроль",
        name="Каждый день в 06:00",
        entrypoint="flows.daily_control.daily_control",
        cron="0 6 * * *",
        each_zone=True,
        words="Открывает контрольные точки, отмечает просрочку, готовит письма, обновляет запуски и сводки.",
    ),
    Service(
        key="service/deliver",
        flow="Отправка писем",
        name="Каждые 10 минут рабочих часов",
        entrypoint="flows.deliver_letters.deliver_letters",
        cron="*/10 {opens}-{last_hour} * * *",
        each_zone=True,
        words="Отправляет подготовленные письма; неудачная отправка повторяется.",
    ),
    Service(
        key="service/mend",
        flow="Присмотр за запусками",
        name="Каждые 5 минут",
        entrypoint="flows.mend_runs.mend_runs",
        cron="*/5 * * * *",
        words="Начинает заново запуски, которые прервались: ответ, данный в форме, исполняется и после сбоя.",
    ),
    Service(
        key="service/sync",
        flow="Сверка с Prefect",
        name="Каждую ночь в 03:00",
        entrypoint="deployments.nightly.nightly_sync",
        cron="0 3 * * *",
        words="Сверяет развёртывания и запуски Prefect с базой и исправляет расхождения.",
    ),
    Service(
        key="service/digest",
        flow="Сводка по дорожной карте",
        name="По понедельникам в 08:00",
        entrypoint="flows.weekly_digest.weekly_digest",
        cron="0 8 * * 1",
        words="Публикует сводку, перечень просроченного и ход исполнения по разделам.",
    ),
    Service(
        key="service/reopen",
        flow="Вернуть на контроль",
        name="По решению координатора",
        entrypoint="flows.reopen.reopen",
        cron="",
        parameter_schema=REOPEN_SCHEMA,
        words="Возвращает на контроль точку, принятую или снятую по ошибке: нажмите «Run», впишите ключ и основание.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment as it should be on the server."""

    key: str
    flow: str
    name: str
    entrypoint: str
    description: str
    tags: tuple[str, ...]
    parameter_schema: dict[str, Any]
    schedules: tuple[tuple[str, str], ...] = ()
    """(cron, zone); the zone is the schedule's slug as well."""


def item_deployments(items: Iterable[ItemFacts]) -> list[Deployment]:
    """One deployment per item on control, under the flow of its kind; names are unique inside a flow.

    Items of the same number and title in two regions get the region, in one region their code.
    """
    listed = list(items)
    plain = Counter((item.kind, deployment_name(item)) for item in listed)
    regional = Counter((item.kind, deployment_name(item), item.region) for item in listed)
    return [
        Deployment(
            key=item.key,
            flow=FLOW_NAMES[item.kind],
            name=_unique_name(item, plain=plain, regional=regional),
            entrypoint=ENTRYPOINTS.get(item.kind, f"flows.control_point.{item.kind}"),
            description=description(item),
            tags=tuple(tags(item)),
            parameter_schema=POINT_SCHEMA,
        )
        for item in listed
    ]


def _unique_name(item: ItemFacts, *, plain: Counter[Any], regional: Counter[Any]) -> str:
    name = deployment_name(item)
    if plain[item.kind, name] > 1:
        name = f"{name} · {item.region}"
        if regional[item.kind, deployment_name(item), item.region] > 1:
            name = f"{name} · {item.key.partition('/')[2]}"
    return name


def service_deployments(zones: Iterable[str], hours: OfficeHours) -> list[Deployment]:
    """The service flows with their schedules in the zones of roadmaps and officials; the most common zone is home."""
    counted = Counter(zones)
    clock = {"opens": hours.opens, "last_hour": hours.closes - 1}
    home = max(sorted(counted), key=lambda zone: counted[zone], default=HOME_ZONE)
    return [
        Deployment(
            key=service.key,
            flow=service.flow,
            name=service.name,
            entrypoint=service.entrypoint,
            description=service.words,
            tags=(SERVICE_TAG,),
            parameter_schema=service.parameter_schema,
            schedules=tuple(
                (service.cron.format_map(clock), zone)
                for zone in (sorted(counted) if service.each_zone else ()) or (home,)
                if service.cron
            ),
        )
        for service in SERVICES
    ]
