"""Why a body gave no data: what it said, and what follows from that. Pure."""

import re
from collections.abc import Iterable, Sequence

from roadmap.language.text import brief
from roadmap.monitoring.snapshot import Answer, IndicatorResult

#: With more indicators than that a recommendation gives their numbers without titles.
NAMED = 3
#: In a reason why there are no data: there is nothing to count; it is about the records of it.
_NONE = re.compile(
    r"\b(?:нет|отсутств\w+|не (?:имеется|предусмотрен\w*|создан\w*|назнач\w+|работа\w+))\b", re.IGNORECASE
)
_RECORDS = re.compile(
    r"данн\w*|уч[её]т\w*|сведени\w*|информаци\w*|отч[её]т\w*|не (?:вед|собира|счита|подсчит)\w+", re.IGNORECASE
)


def says_none(reason: str) -> bool:
    """Whether there is nothing to count by the reason («методистов нет»); a lack of records is something else."""
    return bool(_NONE.search(reason)) and not _RECORDS.search(reason)


def lacks_records(several: Iterable[tuple[IndicatorResult, Answer]]) -> bool:
    """Whether somewhere it is said that records are not kept, or no reason is given for what is missing."""
    return any(
        answer.state == "no_data" and (not answer.reason.strip() or _RECORDS.search(answer.reason))
        for _, answer in several
    )


def named(several: Sequence[IndicatorResult]) -> str:
    """«3 «Доля педагогических работников…», 4 «…»»; of many the numbers alone."""
    if len(several) > NAMED:
        return ", ".join(one.code for one in several)
    return ", ".join(f"{one.code} «{brief(one.title)}»" for one in several)


def reasons_of(several: Iterable[tuple[IndicatorResult, Answer]]) -> str:
    """«3, 4 — учёт не ведётся; 6 — ответа нет»."""
    found: dict[str, list[str]] = {}
    for one, answer in several:
        unsaid = "ответа нет" if answer.state == "silent" else "причина не названа"
        found.setdefault(answer.reason.strip().rstrip(".") or unsaid, []).append(one.code)
    return "; ".join(f"{', '.join(codes)} — {reason}" for reason, codes in found.items())
