"""The title that stands right before a table."""

import re

from roadmap.documents.neutral import clean
from roadmap.documents.tables.joined import WholeTable

_TITLE = re.compile(
    r"^«?\s*(комплекс мер|план\b|план-график|«?дорожная карта|перечень мероприятий|мероприятия\b)", re.IGNORECASE
)
FARTHEST = 5


def caption_of(table: WholeTable) -> str:
    """The title right before the table, from «Комплекс мер» or the like on; empty where none stands there."""
    at = next((n for n in range(len(table.caption) - 1, -1, -1) if _TITLE.match(table.caption[n].text)), None)
    if at is None or len(table.caption) - at > FARTHEST:
        return ""
    words = clean(" ".join(paragraph.text for paragraph in table.caption[at:]))
    first = re.match(r"[^а-яё]+(?=\s|$)", words)
    shouted = first[0].strip() if first and sum(map(str.isalpha, first[0])) > 5 else ""
    return shouted.capitalize() + words[len(shouted) :] if shouted else words
