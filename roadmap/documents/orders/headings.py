"""The titles of plans that stand in the running text: «ПЛАН / мероприятий по … / на 2027 год» as one line."""

import re
from collections.abc import Iterator, Sequence

from roadmap.documents.neutral import Paragraph, clean

#: What the title of a plan starts with; a dash or an adjective may stand before it.
TITLE = re.compile(
    r"^[«\"]?\s*(?:(?:[\w\-]+(?:ый|ой|ий|ая))\s+){0,2}(?:комплекс(?:ный)? (?:мер|план)|план(?:-график)?(?!\w)"
    r"|дорожная карта"
    r"|(?:перечень|план|график|программа)\s+\w*\s*(?:мероприяти|работ|мер(?!\w)|проведени|действи)|мероприятия(?!\w)"
    r"|программа(?!\w)|график(?!\w)|циклограмма)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d|[-–—•]|[а-я]\))")
_GOES_ON = re.compile(r"^(?:[а-яё(«\"]|[А-ЯЁ\s\d«»\"(),.–—\-/]+$)")
LONGEST, MOST_LINES = 400, 6


def titles(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, int, str]]:
    """(first, last, words) of each title of a plan among the paragraphs, numbers of paragraphs, both included."""
    n = 0
    while n < len(paragraphs):
        text = paragraphs[n].text
        last = n
        if TITLE.match(text) and not _ended(text) and len(text) <= LONGEST:
            while last + 1 < len(paragraphs) and last - n < MOST_LINES and _is_rest(paragraphs[last + 1].text):
                last += 1
            yield n, last, clean(" ".join(paragraph.text for paragraph in paragraphs[n : last + 1]))
        n = last + 1


def _ended(text: str) -> bool:
    return text.endswith((";", ":")) or (text.endswith(".") and not re.search(r"(?:г|гг)\.$", text))


def _is_rest(text: str) -> bool:
    return (
        bool(text) and len(text) < 200 and bool(_GOES_ON.match(text)) and not _NUMBERED.match(text) and not _ended(text)
    )
