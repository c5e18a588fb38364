"""Who bears the duties of a regulation: the words before «осуществляет», «обеспечивают», «которые» or a bare colon."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from roadmap.language.cases import nominative

_NOUN = re.compile(
    r"(?:министерств[оа]|департамент[ы]?|комитет[ы]?|управлени[ея]|отдел[ы]?|сектор[ы]?|администраци[яи]|центр[ы]?"
    r"|институт[ы]?|академи[яи]|университет[ы]?|учреждени[ея]|колледж[и]?|техникум[ы]?|школ[аы]|служб[аы]|совет[ы]?|актив"
    r"|объединени[ея]|сообществ[оа]|ассоциаци[яи]|организаци[яи]|орган(?:ы)?|учредител[ьи]|оператор[ы]?|координатор[ы]?"
    r"|компонент[ы]?|подразделени[ея]|площадк[аи]|кафедр[аы]|комисси[яи]|групп[аы]|палат[аы]|кабинет[ы]?|агентств[оа]"
    r"|директор|министр|начальник|председатель|руководител[ьи]|заместител[ьи]|секретарь|муниципалитет[ы]?|филиал[ы]?)",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"^(?:сотрудники|работники|специалисты|методисты|тьюторы|наставники|эксперты|педагоги|руководители|члены"
    r"|педагогические работники|управленческие кадры)(?!\w)",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(r"(?<!\w)[А-ЯЁ]{2,8}(?:\s[А-ЯЁ]{2,4})*\s[«\"]")
#: Verbs of duty in the third person: what a body does as its office, not what it is or is guided by.
DUTY = re.compile(
    r"(?<![\w\-])(?:осуществля|обеспечива|организу|выполня|реализу|координиру|формиру|утвержда|предоставля|"
    r"представля(?!ют\s+субъект)|разрабатыва|участву|проход|провод|оказыва|созда|взаимодейству|включа(?=ет )|готов"
    r"|направля|размеща|согласовыва"
    r"|рассматрива|контролиру|анализиру|информиру|вед(?=[её]т|ут)|собира|обобща|составля(?=ет )|содейству|докладыва"
    r"|отчитыва|заключа|назнача|определя|планиру|консультиру|распространя|привлека|внедря|изуча|выявля|подготавлива)"
    r"(?:ет|ёт|ит|ют|ут|ят|ат)(?:ся)?(?![\w\-])",
    re.IGNORECASE,
)
PARTICIPLE = re.compile(
    r",?\s+(?:осуществляющ|обеспечивающ|выполняющ|реализующ|исполняющ|организующ|координирующ)\w+\s", re.IGNORECASE
)
_BEFORE = re.compile(r",?\s+(?:котор(?:ый|ая|ое|ые)|включающ\w+|созданн\w+|действующ\w+)(?!\w).*$|\s+в лице\s.*$")
_OF = re.compile(
    r"^(?:К\s+)?(?:основны\w+\s+)?(?:функци|задач|полномочи|обязанност|направлени\w+ деятельност)\w*\s+"
    r"(?:деятельности\s+|работы\s+)?(?P<whom>.+?)(?:\s+(?:являются|относятся|входят|состоят|:).*)?:$",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"\s*\(\s*далее[^()]*(?:\([^()]*\)[^()]*)*\)")
_ADVERB = re.compile(
    r",?\s+(?:ежегодно|ежеквартально|ежемесячно|еженедельно|ежедневно|(?:не\s+реже|не\s+позднее|в\s+срок)\s.*)$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?:проводится|осуществляется|организуется|обеспечивается|готовится|составляется|представляется|направляется)\s+"
    r"(?P<who>.+)$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)\s*")
_ADJECTIVE = re.compile(r"^[«(]?[\w\-]+(?:ый|ий|ой|ая|яя|ое|ее|ые|ие)[»)]?$|^и$|^или$", re.IGNORECASE)
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a passage names, as it stands in the document, and what it says of the duty (empty before a colon)."""

    words: str
    duty: str = ""
    staff: bool = False
    alone: bool = False
    """Nothing but the name stands before the colon: what follows may also be what the body consists of."""


def is_body(words: str, known: Iterable[str] = ()) -> bool:
    """Whether the words name an organ, an organisation, a post or an alias of one in the nominative."""
    head = re.split(r"[,:]", _BRACKETS.sub("", words), maxsplit=1)[0].strip()
    if head in set(known) or _LEGAL_FORM.match(words):
        return True
    genitive = False
    for word in head.split()[:7]:
        noun = word.strip('«»"')
        if _NOUN.fullmatch(noun):  # «областной центр» is a name, «государственной службы» the rest of one
            return not (genitive and noun[-1] in "аяыиео")
        genitive |= noun.endswith("ой")
        if not _ADJECTIVE.match(word):
            return False
    return False


def shown(words: str) -> str:
    """The name without «(далее – …)», without what the body consists of, and without the marks at its end."""
    name = _BEFORE.sub("", _ALIAS.sub("", words)).strip(" ,:.–-")
    return re.split(r":\s", name, maxsplit=1)[0]


def of_opening(words: str, known: Iterable[str], *, subjects: bool) -> Bearer | None:
    """The bearer of the list that a passage ending in «:» opens; ``subjects``: it stands where subjects are listed."""
    if match := _OF.match(words):
        whom = nominative(match["whom"].strip())
        return Bearer(shown(whom)) if is_body(whom, known) else None
    who = full = words.rstrip(" :")
    for mark in (PARTICIPLE.search(f"{who} "), re.search(r",?\s+котор(?:ый|ая|ое|ые)(?!\w)", who), DUTY.search(who)):
        if mark and 0 < mark.start() <= LONGEST:
            who = who[: mark.start()]
    if len(who) > LONGEST or not (subjects or is_body(who, known)):
        return None
    return Bearer(shown(who), alone=who == full)


def of_sentence(words: str, known: Iterable[str], *, subjects: bool) -> Bearer | None:
    """The bearer of one sentence: «Методические советы участвуют в …», «…, осуществляющие обучение …»."""
    verb = DUTY.search(words)
    participle = PARTICIPLE.search(words)
    if participle and subjects and _names_only(words[: participle.start()]):
        return Bearer(shown(words[: participle.start()]), words[participle.end() :])
    if verb is None or verb.start() == 0 or verb.start() > LONGEST:
        return None
    who = words[: verb.start()].rstrip()
    staff = bool(_STAFF.match(who))
    plain_subject = _ADVERB.sub("", who)
    if not (staff or is_body(plain_subject, known)) or re.search(r"деятельность в соответствии", words):
        return None
    return Bearer(shown(_BEFORE.sub("", plain_subject)), words[verb.start() :], staff)


def _names_only(words: str) -> bool:
    """Whether no verb stands in the words: «В состав актива включаются работники, осуществляющие …» is no duty."""
    return not re.search(
        r"\w(?:ется|ются|ится|ятся|яют|ают|уют|яет|ает|ует)(?!\w)|^(?:в|на|при|для|из|о|об)\s", words, re.IGNORECASE
    )


def of_passive(words: str, known: Iterable[str]) -> str:
    """The body in «Мониторинг проводится КОГОАУ ДПО «Институт» не реже …»; empty where none is named."""
    match = _PASSIVE.search(words)
    if match is None:
        return ""
    who = nominative(match["who"])
    quoted = re.match(r"(?P<name>[^«»]{0,120}«(?:[^«»]|«[^«»]*»)*»)", who)
    if quoted and is_body(quoted["name"], known):
        return quoted["name"]
    ends = re.search(
        r"\s(?:не|до|в|на|по|ежегодно|ежемесячно|ежеквартально|еженедельно|один|раз|с)\s|[,;.(]|$", f"{who} "
    )
    name = who[: ends.start()].strip() if ends else who
    return name if name and is_body(name, known) else ""


def level_said(words: str) -> str:
    """The level that the words over a body's point give it: «муниципального уровня»; empty where they give none."""
    found = re.search(
        r"(?:(федеральн|региональн|муниципальн|институциональн)\w+\s+(?:\([^()]*\)\s+)?уровн|уровн\w+\s+(образовательн)\w+\s+организаци)",
        words.casefold(),
    )
    stems = {"федеральн": "federal", "региональн": "regional", "муниципальн": "municipal"}
    return stems.get(found[1] or "", "institutional") if found else ""
