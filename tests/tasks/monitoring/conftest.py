"""A round of monitoring in the small roadmap, on either engine."""

import io
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.monitored import Monitored
from tests.world import World


@pytest.fixture
def monitored(world: World) -> Monitored:
    """On either engine."""
    one = Monitored(world)
    one.build()
    return one


@pytest.fixture
def small_monitored(small_world: World) -> Monitored:
    """On SQLite."""
    one = Monitored(small_world)
    one.build()
    return one


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the right size and words with nothing on them, for who asks how a note lies or what it says.

    That every chart of these systems is whole is the matter of ``test_charts``; painting is most of a note's time.
    """

    def blank(figure: Figure, content: io.BytesIO, *, dpi: float, **_: Any) -> None:
        wide, high = (round(inches * dpi) for inches in figure.get_size_inches())
        Image.new("RGB", (wide, high), "white").save(content, "png", dpi=(dpi, dpi))

    monkeypatch.setattr(Figure, "savefig", blank)
