"""What the numbers of rows tell about each other: 1 over 1.1 is a group, 2 over 1, 2, 3 again is a section."""

import re
from collections.abc import Sequence
from itertools import pairwise

NUMBER = re.compile(r"^\d+(\.\d+)*[.)]?$|^[IVX]+[.)]?$|^[а-я][.)]$")
ROMAN = re.compile(r"[IVXІХ]+")


def heads_of(numbers: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The numbers that others begin with right after them: «1» where the next number is «1.1»."""
    bare = [number.rstrip(".)") for number, _ in numbers if number]
    return frozenset(head for head, after in pairwise(bare) if after.startswith(f"{head}."))


def restarts_after(numbers: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The places of rows with a plain number after which the count begins at 1 again."""
    plain = [(int(number.rstrip(".)")), place) for number, place in numbers if re.fullmatch(r"\d+[.)]?", number)]
    return frozenset(place for (_, place), (after, _) in pairwise(plain) if after == 1)
