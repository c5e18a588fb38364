"""What programs ask of the pages: do they live, can they work, how do things stand. Nothing here writes."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from models import clock
from models.db import open_session
from models.db.glance import readiness
from models.db.migrate import newest_revision, schema_of
from models.settings import Settings
from tasks.pages.metrics import Metrics, read_metrics
from web.security import same_words

FORWARDING = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""What a proxy adds: with any of them a caller on loopback is not this machine's own."""
CLOSED = (
    "Показатели закрыты. Передайте «Authorization: Bearer …» со значением VEKHA_METRICS_TOKEN; без него их читает "
    "только эта машина, и только если перед страницами нет прокси."
)

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz(request: Request) -> Response:
    """The process lives; no database is asked. ``caller`` is who asks, as the pages believe.

    ``forwarded``: a proxy said who asks, whether or not it is believed.
    """
    caller = {
        "address": request.client.host if request.client else "",
        "scheme": request.url.scheme,
        "forwarded": "x-forwarded-for" in request.headers,
    }
    return JSONResponse({"status": "ok", "version": version("vekha"), "caller": caller})


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(request: Request) -> Response:
    """200 where the pages can work, else 503; a Russian line for each thing asked."""
    found = readiness(request.app.state.engine)
    is_ready = all(is_good for is_good, _ in found.values())
    checks = {name: {"ok": is_good, "words": words} for name, (is_good, words) in found.items()}
    said = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return JSONResponse(said, status_code=200 if is_ready else 503)


@router.api_route("/metrics", methods=["GET", "HEAD"])
def metrics(request: Request) -> Response:
    """The figures of ``vekha status`` and ``vekha watch`` as Prometheus reads them; no name and no address in them."""
    if not _may_read(request):
        return PlainTextResponse(f"{CLOSED}\n", status_code=403)
    engine = request.app.state.engine
    with open_session(engine) as session:
        found = read_metrics(session, at=clock.now())
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(found, schema_of(engine)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if settings.metrics_token is not None and scheme.lower() == "bearer":
        return same_words(given.strip(), settings.metrics_token.get_secret_value())
    is_alone = settings.proxies is None and _is_loopback(urlsplit(settings.pages_url).hostname)
    is_handed_on = any(name in request.headers for name in FORWARDING)
    return is_alone and not is_handed_on and _is_loopback(request.client.host if request.client else None)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    """One reading; the names are explained in docs/watching.md."""

    def __init__(self, found: Metrics, schema: str) -> None:
        self._found, self._schema = found, schema

    def collect(self) -> Iterator[Metric]:
        """Every figure, also those that are 0: an alarm cannot tell a missing figure from a good one."""
        found, week = self._found, self._found.week
        for name, words, counts in (
            ("vekha_points", "Control points by state, without stages", found.points),
            ("vekha_stages", "Stages of processes by state", found.stages),
        ):
            yield _gauge(
                name, words, *((n, code, state) for (code, state), n in counts.items()), by=("roadmap", "state")
            )
        overdue = ((n, code) for code, n in found.overdue.items())
        yield _gauge("vekha_points_overdue", "What is overdue, stages with it", *overdue, by=("roadmap",))
        for name, words, n in (
            ("vekha_points_watched", "Points on control that are not closed", week.watched),
            ("vekha_letters_waiting", "Letters that have not left yet", found.letters_waiting),
            ("vekha_letters_stuck", "Letters that should have left more than a day ago", week.stuck),
            ("vekha_letters_sent_week", "Letters that left in seven days", week.sent),
            ("vekha_letters_dead", "Letters given up in seven days", week.undelivered),
            ("vekha_officials_unreached", "Officials to whom no letter gets through", week.unreached),
            ("vekha_alerts", "What stands still or is broken, as vekha status says it", len(week.alerts)),
        ):
            yield _gauge(name, words, (n,))
        controls = ((at.timestamp(), code) for code, at in found.last_control.items())
        name = "vekha_last_control_timestamp_seconds"
        yield _gauge(name, "When the daily control last looked at a roadmap", *controls, by=("roadmap",))
        delivered = [(week.last_sent_at.timestamp(),)] if week.last_sent_at else []
        yield _gauge("vekha_last_delivery_timestamp_seconds", "When the last letter left", *delivered)
        for name, words, of_kinds in (
            ("vekha_channel_failures", "Failed tries since the last letter that left, by channel", found.failures),
            ("vekha_channels_given_up", "Channels on which letters do not arrive", found.given_up),
        ):
            yield _gauge(name, words, *((n, kind) for kind, n in of_kinds.items()), by=("kind",))
        known = {"revision": self._schema, "known": newest_revision(), "version": version("vekha")}
        yield InfoMetricFamily("vekha_schema", "The schema of the database and of the program", value=known)


def _gauge(name: str, words: str, *values: tuple[Any, ...], by: Sequence[str] = ()) -> Metric:
    """Each of the ``values`` is a number and what its labels say."""
    family = GaugeMetricFamily(name, words, labels=by)
    for number, *labels in values:
        family.add_metric(labels, number)
    return family
