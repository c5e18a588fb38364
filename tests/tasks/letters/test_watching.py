"""An outside watcher is called while letters leave, and told when they do not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from pydantic import SecretStr

from models import ControlLook, Edition, Notice
from models.db import open_session
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters.heartbeat import WatcherUnreachable, watch
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
NOON = datetime(2027, 5, 26, 9, 0, tzinfo=UTC)


class Watcher(ThreadingHTTPServer):
    """Notes (path, words) of every call; answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.calls: list[tuple[str, str]] = []
        self.status = 200

    @property
    def settings(self) -> Settings:
        return Settings(watch_url=SecretStr(f"http://127.0.0.1:{self.server_port}/ping/3f2a"))


class _Call(BaseHTTPRequestHandler):
    server: Watcher

    def do_POST(self) -> None:
        words = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.calls.append((self.path, words))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    server = Watcher()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def looked(world: World, at: datetime) -> None:
    """The control of the day has been."""
    with open_session(world.engine) as session:
        session.add(ControlLook(roadmap_code=world.code, on_day=at.date(), looked_at=at))


def letters_left(world: World, at: datetime) -> None:
    world.point(WEDNESDAY)
    control_day(world.engine, today=WEDNESDAY, at=NOON)
    world.change(Notice, state="sent", sent_at=at)


def test_a_week_with_letters_is_a_call(world: World, watcher: Watcher) -> None:
    letters_left(world, NOON)
    looked(world, NOON + timedelta(days=6))
    found = watch(world.engine, settings=watcher.settings, at=NOON + timedelta(days=6))
    assert (found.called, found.problems) == (True, ())
    line = "Точек на контроле: 8, писем за неделю отправлено: 1, не доставлено: 0."
    assert watcher.calls == [("/ping/3f2a", line)]


def test_a_week_without_a_letter_is_an_alarm(world: World, watcher: Watcher) -> None:
    letters_left(world, NOON)
    looked(world, NOON + timedelta(days=8))
    found = watch(world.engine, settings=watcher.settings, at=NOON + timedelta(days=8))
    assert found.problems == ("за неделю не ушло ни одного письма, последнее — 26.05.2027",)
    assert [path for path, _ in watcher.calls] == ["/ping/3f2a/fail"]


def test_a_letter_given_up_and_a_letter_that_waits_too_long_are_told(world: World, watcher: Watcher) -> None:
    letters_left(world, NOON)
    world.change(Notice, state="dead")
    found = watch(world.engine, settings=watcher.settings, at=NOON)
    assert found.problems[-1] == "не доставлено писем за неделю: 1"
    world.change(Notice, state="queued", not_before=NOON - timedelta(hours=27))
    assert watch(world.engine, settings=watcher.settings, at=NOON).problems[-1] == "писем ждут отправки больше суток: 1"


def test_a_roadmap_loaded_this_week_is_given_its_time(world: World, watcher: Watcher) -> None:
    world.change(Edition, loaded_at=NOON - timedelta(days=2))
    looked(world, NOON)
    assert watch(world.engine, settings=watcher.settings, at=NOON).problems == ()


def test_a_watcher_that_refuses_is_one_line_without_its_address(world: World, watcher: Watcher) -> None:
    watcher.status = 503
    with pytest.raises(WatcherUnreachable) as refused:
        watch(world.engine, settings=watcher.settings, at=NOON)
    assert "ответ 503" in str(refused.value)
    assert "3f2a" not in str(refused.value)


def test_without_an_address_nobody_is_called(world: World) -> None:
    world.change(Edition, loaded_at=NOON)
    found = watch(world.engine, settings=Settings(), at=NOON)
    assert (found.called, found.problems) == (False, ())
