"""What a check finds, and checks side by side: one that fails or hangs hides no other."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

State = Literal["ok", "warn", "bad"]
LIMIT = 10.0
"""Seconds for a check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands: Russian words, and in a line what to do about it."""

    name: str
    state: State
    words: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """«База данных: сервер … не отвечает — проверьте …»"""
        return f"{self.name}: {self.words}" + (f" — {self.remedy}" if self.remedy else "")


def good(name: str, words: str) -> Finding:
    """Nothing is to be done."""
    return Finding(name, "ok", words)


def warning(name: str, words: str, remedy: str = "") -> Finding:
    """It works, and somebody should know."""
    return Finding(name, "warn", words, remedy)


def bad(name: str, words: str, remedy: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(name, "bad", words, remedy)


@dataclass(slots=True)
class Check:
    """A thing that is looked at; what it found until it was given up is not lost."""

    name: str
    look: Callable[[], Iterable[Finding]]
    found: list[Finding] = field(default_factory=list)

    def run(self) -> None:
        """Never raises: what nobody foresaw is a finding as well."""
        try:
            for one in self.look():
                self.found.append(one)
        except Exception as unforeseen:
            words = f"проверка не удалась ({type(unforeseen).__name__})"
            self.found.append(bad(self.name, words, "сообщите об этом разработчикам «Вехи», остальные строки верны"))


def examine(checks: Sequence[Check], *, limit: float = LIMIT) -> list[Finding]:
    """All findings in the order of the checks, which run side by side for at most so many seconds."""
    until = time.monotonic() + limit
    threads = [Thread(target=check.run, daemon=True) for check in checks]
    for thread in threads:
        thread.start()
    found: list[Finding] = []
    for check, thread in zip(checks, threads, strict=True):
        thread.join(max(0.0, until - time.monotonic()))
        is_late = thread.is_alive()
        found += check.found
        if is_late:
            words = f"ответа нет за {limit:.0f} с"
            found.append(bad(check.name, words, "проверьте, что этот сервер жив и сеть до него не закрыта"))
    return found
