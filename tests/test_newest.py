"""`make newest`: which bounds are lifted, and what is said to differ."""

import pytest

from tests.newest import differences, locked, pins, unbound, wanted


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("prefect>=3.9.1,<3.10", "prefect>=3.9.1"),
        ("sqlalchemy[asyncio]>=2.0.58,<2.1", "sqlalchemy[asyncio]>=2.0.58"),
        ("a~=1.2", "a"),
        ("a>=1,!=1.3,<2", "a!=1.3,>=1"),
        ("pytest-xdist", "pytest-xdist"),
    ],
)
def test_only_an_upper_bound_is_lifted(line: str, without: str) -> None:
    assert unbound(line) == without


def test_only_what_is_named_is_lifted() -> None:
    kept, lifted = wanted(set()), wanted({"sqlmodel"})
    assert [(old, new) for old, new in zip(kept, lifted, strict=True) if old != new] == [
        ("sqlmodel>=0.0.50,<0.1", "sqlmodel>=0.0.50")
    ]
    assert "pytest>=8" in kept


def test_what_differs_is_one_line_a_package() -> None:
    lines = differences({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2.1", "d": "4"})
    assert lines == ["  b: 2 -> 2.1", "  c: 3 -> not there", "  d: not there -> 4"]


def test_of_a_lock_for_every_platform_only_what_is_for_this_one_counts() -> None:
    text = "a==1 ; sys_platform == 'nowhere' \\\n    --hash=sha256:0\na==2 ; sys_platform != 'nowhere' \\\nb==3 \\\n"
    assert pins(text) == {"a": "2", "b": "3"}
    assert {"prefect", "pytest"} <= set(locked())
