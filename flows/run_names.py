"""Names of the runs of service flows: Prefect would call them «stoic-markhor»."""

from collections.abc import Callable

from models import clock
from models.settings import Settings


def dated(words: str) -> Callable[[], str]:
    """A name for each run once it starts: «Отправка писем · 31.05.2027 09:10»."""

    def name() -> str:
        return f"{words} · {clock.local(Settings().zone):%d.%m.%Y %H:%M}"

    return name
