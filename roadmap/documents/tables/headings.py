"""Rows that are no measures: sections and totals, wherever in the row their words stand."""

import re

from roadmap.documents.tables.sections import SECTION

_TOTAL = re.compile(r"(?:итого|всего|общий итог)(?!\w)", re.IGNORECASE)
_NOTE = re.compile(r"(?:[*¹²³]|примечани[ея]\s*:|сноска)", re.IGNORECASE)
_VERB = re.compile(r"^[а-яё\-]*(?:[аяеиуоы]ть|(?<!о)[зс]ти|йти|чь)(?:ся)?(?!\w)", re.IGNORECASE)
_ACTION = re.compile(
    r"^(?:провед|организаци|подготовк|разработк|утвержден|создан|направлен|представлен|обеспечен|участи|сбор|анализ"
    r"|мониторинг|заседани|совещани|семинар|вебинар|конференц|конкурс|формирован|обновлен|внесен|составлен|заключен|при[её]м(?!н)"
    r"|осуществлен|рассмотрен|выявлен|оказан|выполнен|отч[её]т(?!н))",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"(?:[,:(–-]|(?<!\w)(?:и|в|на|по|с|для|о|об|от|из|к|или))$", re.IGNORECASE)
MOST_WORDS = 14


def is_total(words: str) -> bool:
    """«Итого: …»: a sum of the rows above."""
    return bool(_TOTAL.match(words))


def is_note(words: str) -> bool:
    """A footnote in a row of its own."""
    return bool(_NOTE.match(words))


def is_labelled(words: str) -> bool:
    """«Раздел 2. …», «II. …»."""
    return bool(SECTION.match(words))


def is_title(words: str, *, first: bool = False) -> bool:
    """Whether words may be the title of a section: short, begun anew, and naming no action.

    ``first``: nothing stands above that they could go on with, so that only a verb makes them a duty.
    """
    begun = words[0].isupper() and not words.endswith((".", ";", ","))
    acts = names_an_action(words) or (not first and _ACTION.match(words))
    return begun and len(words.split()) <= MOST_WORDS and not acts


def is_unfinished(words: str) -> bool:
    """Whether words break off, so that what follows goes on with them."""
    return bool(_UNFINISHED.search(words.rstrip()))


def names_an_action(words: str) -> bool:
    """Whether words begin with a verb: «Провести семинар»."""
    return bool(_VERB.match(words))
