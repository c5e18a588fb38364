"""Whom a point of an order addresses: the words before its verb where they name somebody in the dative.

«Отчёт представить до …» starts with what is to be done and names nobody; a case that may be either is not taken.
"""

import re

from roadmap.documents.names import kind_of
from roadmap.documents.orders.verbs import hidden

_ADJECTIVE = re.compile(
    r"всем|кажд\w+|[\w\-]+(?:ому|ему|ым|им|ыми|ими|ой|ей|ый|ий|ое|ее|ые|ие|ая|яя|ую|юю|ых|их|ого|его)|и|или|с|первым",
    re.IGNORECASE,
)
_NOT_DATIVE = re.compile(r"[\w\-]+(?:ый|ий|ое|ее|ые|ие|ая|яя|ую|юю|ых|их|ого|его)$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?=(?:[^А-ЯЁA-Z]*[А-ЯЁA-Z]){2})[А-ЯЁA-Z][А-ЯЁA-Zа-яё\d\-]{1,12}$|Мин[а-яё]+$")
#: What is held, issued or learned, not who does it.
_NO_BODIES = frozenset(
    (
        "ЕГЭ",
        "ОГЭ",
        "ВПР",
        "ГИА",
        "ВСОШ",
        "ВсОШ",
        "НИКУ",
        "КПК",
        "ИОМ",
        "ИПР",
        "ДПП",
        "ФГОС",
        "СМИ",
        "ОВЗ",
        "НОКО",
        "КТП",
    )
)
_FEMININE = re.compile(
    r"(?:школ|групп|комисси|служб|площадк|библиотек|академи|гимнази|администраци|организаци|кафедр|палат|инспекци|бухгалтери"
    r"|редакци|лаборатори|дирекци|станци|канцеляри|ассоциаци|команд|прокуратур|полици|секци|федераци)[ую]$",
    re.IGNORECASE,
)
_SURELY = re.compile(
    r"(?:ам|ям|ник[у]|телю|тору|ссору|истому|исту|арю|ству|ению|анию|ятию|логу|неру|теру)$", re.IGNORECASE
)
_PERSON = re.compile(
    r"[А-ЯЁ][а-яё\-]+(?:у|ю|ой|ей|е|ому|ему|ых|их|о|к)\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё\-]+(?:у|ю|ой|ей|е|ому)(?!\w)"
    r"|[А-ЯЁ][а-яё\-]+\s+[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(?:вичу|вне|ичне)(?!\w)"
)
#: What stands between the addressee and the verb and belongs to the duty.
_OF_DUTY = re.compile(
    r",?\s+(?:в\s+целях|в\s+рамках|на\s+основании|в\s+соответствии|с\s+уч[её]том|в\s+связи|с\s+целью|во\s+исполнение|при\s|для\s|по\s+(?:итогам"
    r"|результатам|мере|окончании|завершении|каждому)|в\s+пределах|в\s+установленн|в\s+случае|в\s+порядке|(?:дополнительно|также|лично)(?!\w)|через\s|до\s|на\s|к\s"
    r"|после\s|совместно\s+(?=[а-яё]+ть)|не\s).*$",
    re.IGNORECASE,
)
LONGEST = 500


def is_addressee(words: str) -> bool:
    """Whether the words name a body, a post or a person to whom a duty is given: a dative or an abbreviation."""
    said = hidden(words).replace("_", " ").strip(" ,:;–-")
    if not said or len(words) > LONGEST:
        return False
    if _PERSON.match(said) or re.match(r"(?:и\.?\s?о\.|врио)\s", said, re.IGNORECASE):
        return True
    adjectives, head = _head(said)
    if re.match(r"(?:заведующ|управляющ|ведущ|исполняющ)(?:ему|ей|им)(?!\w)", said, re.IGNORECASE):
        return True
    if any(_NOT_DATIVE.match(word) for word in adjectives):
        return False
    bare = head.strip("«»\"'.,:;")
    if _ABBREVIATION.match(bare) and not adjectives:
        return bare not in _NO_BODIES
    if _SURELY.search(bare):
        return True
    if kind_of(words) == "unknown" or bare != head.strip(",.:;"):
        return False
    return _is_dative(bare) or (not bare and bool(adjectives))


def parted(words: str) -> tuple[str, str]:
    """The addressee alone, and what stands after it but belongs to the duty: «в целях подготовки»."""
    match = _OF_DUTY.search(hidden(words))
    if match is None or not is_addressee(words[: match.start()]):
        return words.strip(" ,:;–-"), ""
    return words[: match.start()].strip(" ,:;–-"), words[match.start() :].strip(" ,")


def _head(said: str) -> tuple[list[str], str]:
    adjectives: list[str] = []
    for word in said.split()[:7]:
        if not _ADJECTIVE.fullmatch(word.strip(",")):
            return adjectives, word
        adjectives.append(word.strip(","))
    return adjectives, adjectives[-1] if adjectives else ""


def _is_dative(noun: str) -> bool:
    if re.search(r"[ую]$", noun):
        return not _FEMININE.match(noun)
    return bool(re.search(r"(?:(?<![иь])е|ии|(?:ой|ей|ому|ему))$", noun))
