"""A machine of Hypothesis lives in the small region: whatever it does and wherever that dies, nothing is lost.

An act that is killed is done again, and every row is then compared with those of a twin that left the same state and
was not killed: where each act ends like its twin's, the whole life does.
"""

import os
import time
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from models.settings import Settings
from tasks.daily import false_day
from tasks.letters import deliver
from tests.faults import life
from tests.faults.conftest import fresh_sqlite
from tests.faults.figures import Figures
from tests.faults.life import Act, Life, Memory

#: In two halves, for two processes; the seeds are fixed, so that what is found is found again. ``make faults`` asks for
#: 100,000 acts, ``make test-office`` does not, for they take half an hour of processor time.
HALVES = (1, 2)
STEPS_OF_HALF = int(os.environ.get("FAULT_ACTS", "5000")) // len(HALVES)
STEPS_OF_LIFE = 250
places = st.integers(0, 11)
kills = st.sampled_from([*[0] * 9, *range(1, 7)])
"""At which boundary an act dies; at none where it has fewer."""
many_kills = st.one_of(st.just(0), st.integers(0, 60))


@cache
def begun() -> bytes:
    """The database in which every life begins."""
    folder = Path(gettempdir()) / f"vekha-machine-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    with fresh_sqlite(folder)(life.build) as engine:
        engine.dispose()
        return (folder / "fresh.db").read_bytes()


def name_of(act: Act) -> str:
    """«control», «decide» …"""
    return act.__qualname__.partition(".")[0]


class Machine(RuleBasedStateMachine):
    """One life."""

    figures: ClassVar[Figures]
    memories: ClassVar[list[Memory]] = []
    home = Settings(_env_file=None, data=Path(gettempdir()) / f"vekha-machine-{os.getpid()}")

    def __init__(self) -> None:
        super().__init__()
        while len(self.memories) < 2:
            self.memories.append(Memory(begun()))
        self.memory, self.other = self.memories
        self.memory.become(begun())
        self.life = Life(self.memory.engine)
        self.numbered = 0

    @property
    def day(self) -> date:
        return self.life.day

    def act(self, act: Act, kill_at: int, *, again: Act | None = None) -> None:
        """Do an act; one that dies is compared with the twin's."""
        self.figures.steps += 1
        name, acts = name_of(act), self.figures.acts
        acts[name] = acts.get(name, 0) + 1
        if not kill_at:
            self.life.do(act)
            return
        before, letters = self.memory.content(), self.life.sink.taken.copy()
        if not self.life.do(act, again=again, kill_at=kill_at):
            return
        self.figures.crashes += 1
        twin = Life(self.other.engine, day=self.day)
        self.other.become(before)
        twin.do(act)
        self.compare(kill_at)
        came = self.life.sink.taken - letters
        self.figures.count_letters(came.elements(), twin.sink.taken.elements(), after=f"{self.day} {kill_at}")

    def compare(self, kill_at: int) -> None:
        ours, twins = self.memory.rows(), self.other.rows()
        if ours == twins:
            return
        for table, rows in twins.items():
            if ours[table] != rows:
                self.figures.otherwise += 1
                self.figures.note(f"{self.day}, killed at {kill_at}, {table}: {ours[table][-2:]} not {rows[-2:]}")
        raise AssertionError(self.figures.differences[-1])

    @rule(kill_at=many_kills, days=st.sampled_from([0, 1, 1, 1, 3, 12]))
    def a_day(self, kill_at: int, days: int) -> None:
        """The same day again, the next one, or one after an outage."""
        self.life.day += days * life.DAY
        self.figures.days += days
        self.act(life.control(self.day), kill_at)
        missed = life.neglected(self.life.engine, self.day)
        self.figures.deadlines_lost += len(missed)
        assert missed == [], self.day

    @rule(kill_at=many_kills)
    def letters_leave(self, kill_at: int) -> None:
        home = self.home
        self.act(life.deliver(self.day, home), kill_at, again=life.deliver(self.day, home, minute=11))

    @rule(kill_at=kills)
    def notes_are_written(self, kill_at: int) -> None:
        self.act(life.notes(self.day), kill_at)

    @rule(town=st.sampled_from(sorted(life.ANSWERS)), place=places, kill_at=kills)
    def data_for_a_round(self, town: str, place: int, kill_at: int) -> None:
        self.act(life.answer(self.day, town, place), kill_at)

    def decide(self, action: Any, place: int, kill_at: int) -> None:
        self.numbered += 1
        self.act(life.decide(self.day, action, place, f"once-{self.numbered}"), kill_at)

    @rule(place=places, kill_at=kills)
    def a_request(self, place: int, kill_at: int) -> None:
        self.numbered += 1
        self.act(life.ask(self.day, place, f"once-{self.numbered}"), kill_at)

    @rule(place=places, grants=st.booleans(), kill_at=kills)
    def a_request_is_decided(self, place: int, grants: bool, kill_at: int) -> None:
        self.act(life.settle(self.day, place, grants=grants), kill_at)


def deciding(action: Any) -> Any:
    """The rule of one action: rules are chosen alike often, and people act oftener than a night passes."""

    def decided(self: Machine, place: int, kill_at: int) -> None:
        self.decide(action, place, kill_at)

    # Hypothesis leaves out some rules in each life, by their names.
    decided.__name__ = f"to_{action}"
    return rule(place=places, kill_at=kills)(decided)


for _action in life.BY_PEOPLE:
    setattr(Machine, f"to_{_action}", deciding(_action))


def run(name: str, steps: int, seeded: int, *, length: int = STEPS_OF_LIFE) -> Figures:
    """Live lives until so many acts were done."""
    began, cpu = time.monotonic(), time.process_time()
    Machine.figures = Figures(name)
    by = settings(
        # The first life of all is the dullest that there is.
        # A tenth more: some lives end before their last step.
        max_examples=1 + -(-steps * 11 // (10 * length)),
        stateful_step_count=length,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(seeded)(Machine), settings=by)
    finally:
        while Machine.memories:
            Machine.memories.pop().close()
    Machine.figures.cpu_seconds = round(time.process_time() - cpu, 1)
    Machine.figures.seconds = round(time.monotonic() - began, 1)
    return Machine.figures


@pytest.fixture(autouse=True)
def no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters go into the sink of a life, and the log is not told of each outage."""
    monkeypatch.setattr(deliver, "send", life.send)
    monkeypatch.setattr(false_day.logger, "disabled", True)


@pytest.mark.usefixtures("short_campaign")
def test_a_few_hundred_acts() -> None:
    figures = run("short-machine", 240, 3, length=80)
    figures.keep()
    assert figures.steps >= 200
    assert figures.crashes > 5


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("half", HALVES)
def test_many_acts(half: int) -> None:
    figures = run(f"machine-{half}", STEPS_OF_HALF, half)
    figures.keep()
    assert figures.steps >= STEPS_OF_HALF
