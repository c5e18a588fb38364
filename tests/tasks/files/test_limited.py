"""What comes from outside may cost its share of time and memory, and no more; who asked goes on."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits, TooMuchWork, limited
from tests.parts import hostile

SMALL = Limits(seconds=1, memory_mb=800)


@pytest.mark.parametrize("work", [hostile.spin, hostile.swell, hostile.die], ids=["time", "memory", "a crash"])
def test_work_without_end_is_stopped_and_the_next_is_done(work: hostile.Work) -> None:
    began = time.monotonic()
    with pytest.raises(TooMuchWork):
        limited(SMALL, work)
    assert time.monotonic() - began < SMALL.patience + 10
    assert limited(SMALL, hostile.add, 2, right=3) == 5


def test_what_sleeps_is_stopped_by_the_clock() -> None:
    with pytest.raises(TooMuchWork):
        limited(SMALL, time.sleep, 60)


def test_a_refusal_comes_back_as_it_was_raised() -> None:
    with pytest.raises(DocumentRefused, match=r"^строка 3$"):
        limited(SMALL, hostile.refuse, "строка 3")


def test_the_process_has_neither_our_environment_nor_a_file_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEKHA_LINK_KEY", "тайна")
    assert "VEKHA_LINK_KEY" not in limited(SMALL, hostile.environment)
    with pytest.raises((TooMuchWork, OSError)):
        limited(SMALL, hostile.write, tmp_path / "x")
    assert not (tmp_path / "x").exists() or not (tmp_path / "x").read_bytes()


def test_many_at_once_are_all_answered() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda n: limited(SMALL, hostile.add, n, right=n), range(40))) == [
            2 * n for n in range(40)
        ]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # other tests may have left threads
def test_a_fork_of_ours_asks_a_process_of_its_own() -> None:
    assert limited(SMALL, hostile.add, 1, right=1) == 2
    if not (pid := os.fork()):
        os._exit(0 if limited(SMALL, hostile.add, 1, right=2) == 3 else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert limited(SMALL, hostile.add, 1, right=3) == 4


def test_a_warm_call_costs_next_to_nothing() -> None:
    limited(SMALL, hostile.add, 1, right=1)
    before = os.times()
    for n in range(20):
        limited(SMALL, hostile.add, n, right=n)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 0.2
