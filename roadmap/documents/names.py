"""Names of those who answer: a body, a post or a person, and how one cell parts into several names.

A mark that may also stand inside a name («и», «/», a new line) parts only what stands as a name on each side: «отдел
кадров и методический центр» are two, «департамент образования и молодёжной политики» is one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from roadmap.documents.neutral import clean, join_torn
from roadmap.documents.text.bearers import is_body
from roadmap.language.cases import nominative
from roadmap.language.normalise import fold

NameKind = Literal["body", "post", "person", "unknown"]

_INITIALS = r"[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
_SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_PERSON = re.compile(
    rf"(?<![\w.])(?:{_SURNAME}\s+{_INITIALS}|{_INITIALS}\s?{_SURNAME}"
    rf"|{_SURNAME}\s+[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(?:вич|вн|ич|ична|оглы|кызы)[а-яё]{{0,3}})(?!\w)"
)
_ABBREVIATION = re.compile(r"[«\"]?(?=(?:[^А-ЯЁA-Z]*[А-ЯЁA-Z]){2})[А-ЯЁA-Z][А-ЯЁA-Zа-яё]?[А-ЯЁA-Z\d\-]{0,10}[»\"]?")
_AGENCY_NAME = re.compile(
    r"Мин(?:обр|просв|труд|здрав|культ|спорт|фин|эк|цифр|соц|строй)\w*|Рос\w+(?:надзор|реестр|\wдежь)"
)
_ADJECTIVE = re.compile(
    r"все|кажд\w+|[\w\-]+(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ей|ую|юю|ых|их|ыми|ими)|и|или"
    r"|старш\w+|ст\.|гл\.|и\.о\.|врио",
    re.IGNORECASE,
)
#: Nouns with the endings of adjectives: «управление», «организаций», «лицей».
_NOUN_LIKE = re.compile(r"[еа]ни[ей]$|(?<![сц]к)[цсзмр]ий$|^(?:лицей|музей)$", re.IGNORECASE)
_POSTS = (
    *("директор", "заместител", "завуч", "руководител", "начальник", "председател", "секретар", "методист", "педагог"),
    *("учител", "воспитател", "специалист", "советник", "куратор", "наставник", "психолог", "логопед", "дефектолог"),
    *("библиотекар", "бухгалтер", "инспектор", "министр", "проректор", "ректор", "декан", "тьютор", "эксперт", "юрист"),
    *("юрисконсульт", "программист", "администратор", "вожат", "инженер", "преподавател", "управляющ"),
    *("работник", "сотрудник", "член", "глав", "координатор", "врач", "медсестр", "медицинск", "фельдшер", "диспетчер"),
    *("делопроизводител", "системн", "лаборант", "мастер", "консультант", "референт", "помощник", "представител"),
    *("заведующ", "тренер", "архитектор", "губернатор", "мэр", "староста", "организатор", "ведущ", "повар", "завхоз"),
)  # fmt: skip
_BODIES = (
    *("министерств", "департамент", "комитет", "управлени", "отдел", "сектор", "администраци", "центр", "институт"),
    *("академи", "университет", "учреждени", "колледж", "техникум", "школ", "лице", "гимнази", "интернат", "служб"),
    *("совет", "актив", "объединени", "сообществ", "ассоциаци", "организаци", "орган", "учредител", "оператор"),
    *("компонент", "подразделени", "площадк", "кафедр", "комисси", "групп", "палат", "кабинет", "агентств", "филиал"),
    *("муниципалитет", "фонд", "союз", "профсоюз", "библиотек", "музе", "театр", "дворец", "дворц", "станци", "клуб"),
    *("редакци", "пресс-служб", "бухгалтери", "полици", "прокуратур", "штаб", "инспекци", "отделени", "округ"),
    *("предприяти", "правительств", "аппарат", "секретариат", "канцеляри", "дирекци", "лаборатори", "субъект"),
    *("коллектив", "детсад", "оргкомитет", "команд", "гороно", "районо", "облоно", "педсовет", "методсовет", "сад"),
)  # fmt: skip
_SHORT_POST = re.compile(
    r"(?:зам|зав|нач|рук|отв|спец|пом)(?:\.|(?=[\s\-]))|(?:кл|соц|пед|мед)\.(?=[\s\-а-яё])", re.IGNORECASE
)
_GENITIVE = re.compile(r"(?<!муз)(?<!лиц)(?:ий|ов|ей|ств|ния|ства|ого|его|ых|их)$", re.IGNORECASE)
#: Bodies whose genitive is the noun and an «а»: «отдела», «центра».
_FEMININE = ("школ", "палат", "кафедр", "служб", "пресс-служб", "команд")
_MASCULINE = (*(stem for stem in _BODIES if re.search(r"[тлрджвзбнк]$", stem) and stem not in _FEMININE), "начальник")
_NOMINATIVE = re.compile(r"(?:центр|отдел|институт|совет|комитет|актив|клуб|штаб|служба|комиссия|группа|школа|фонд)")
_BULLET = re.compile(r"^(?:[-–—•·▪*]|\d{1,2}[.)])\s+")
_JOINTLY = re.compile(
    r",?\s+(?:совместно\s+со?|во\s+взаимодействии\s+со?|при\s+участии|при\s+поддержке)\s+", re.IGNORECASE
)
_AND = re.compile(r"\s+и\s+")
_SLASH = re.compile(r"\s*/\s*")
_SPHERE = re.compile(r"\sпо\s(?:[А-ЯЁ]{2,5}(?:,?\s(?:и\s)?)?)+$")
_GOES_ON = re.compile(
    r"^(?:науки|культуры|спорта|молод|семь|труда|туризма|физической|государственной|кадров|опеки|связи|и "
    r"|[а-яё\-]+(?:[аеи]ния|ства|ости|ой|ей|ого|его|ых|их|туры|уда|изма|орта)(?!\w))"
)
_AGENCY = re.compile(
    r"^(?:[А-ЯЁа-яё\-]+\s){0,3}(?:министерств|департамент|комитет|управлени|отдел|агентств|сектор|инспекци)", re.I
)
_DITTO = re.compile(
    r"(?:то|тот|та|те|там)\s+же(?:\s+сроки?)?|в\s+те\s+же\s+сроки|[-–—]\s?(?:[\"“”„«»']|//|''|,,)\s?[-–—]|//|[\"“”„»]"
)
_SAME_PERSON = re.compile(r"(?:он|она|оно|тот|та)\s+же", re.IGNORECASE)


@lru_cache(maxsize=8192)
def kind_of(name: str) -> NameKind:
    """What a name names, in whatever case it stands; ``unknown`` where its words are of none of these."""
    words = name.strip(" ,;:")
    if not words:
        return "unknown"
    if _PERSON.match(words):
        return "person"
    head, adjectives = _head(words)
    bare = head.strip("«»\"'().,:")
    if _SHORT_POST.match(words) or bare.startswith("и.о") or _has_stem(bare, _POSTS):
        return "post"
    if any(
        _has_stem(adjective, ("заведующ", "управляющ", "ведущ", "вожат", "дежурн", "ответственн"))
        for adjective in adjectives
    ):
        return "post"
    if _has_stem(bare, _BODIES) or _ABBREVIATION.fullmatch(bare) or _AGENCY_NAME.match(bare) or is_body(words):
        return "body"
    if words[0] in '«"' or re.match(r"(?:Дом|д/с|муниципальн\w+\sобразовани\w)(?!\w)", words, re.IGNORECASE):
        return "body"
    if any(_NOMINATIVE.fullmatch(word) for word in fold(words).split()[1:4]):
        return "body"
    return "person" if _PERSON.search(words) else "unknown"


def stands_alone(name: str) -> bool:
    """Whether the words are a whole name in the nominative; «общеобразовательных организаций» is the rest of one."""
    words = name.strip(" ,;:")
    if kind_of(words) == "unknown":
        return False
    if _PERSON.match(words):
        return True
    head, adjectives = _head(words)
    if any(re.search(r"(?:ых|их|ого|его|ому|ему|ыми|ими)$", word) for word in adjectives):
        return False
    noun = head.strip('«»"(),')
    if _ABBREVIATION.fullmatch(noun) or any(re.search(r"[ыи]е$", word) for word in adjectives):
        return True
    return not _GENITIVE.search(noun) and not (noun.endswith("а") and fold(noun[:-1]).endswith(_MASCULINE))


def is_ditto(cell: str) -> bool:
    """«-//-», «то же», «те же»: what the row above says."""
    return bool(_DITTO.fullmatch(clean(cell).strip(" .").casefold())) or is_same_person(cell)


def is_same_person(cell: str) -> bool:
    """«он же»: the one whom the row above names."""
    return bool(_SAME_PERSON.fullmatch(clean(cell).strip(" .")))


def names_in(cell: str, lines: Sequence[str] = ()) -> list[str]:
    """The names in a cell, in order; ``lines`` are its own lines where it has several."""
    found: list[str] = []
    for chunk in _chunks(cell, lines):
        if len(persons := _PERSON.findall(chunk)) > 1 and not _PERSON.sub("", chunk).strip(" .,;"):
            found += persons
            continue
        for piece in _with_posts(_pieces(chunk)):
            for part in _parted(piece, _JOINTLY, after=nominative):
                for name in _parted(part, _SLASH):
                    found += _parted(name, _AND)
    return found


def readings_of(lines: Sequence[str]) -> tuple[str, str] | None:
    """The two readings of lines of which one is a bare post over a body: «Директор ИМЦ», or «Директор; ИМЦ»."""
    kinds = [(clean(line), kind_of(line)) for line in lines if clean(line)]
    for (before, above), (_, below) in pairwise(kinds):
        if (above, below) == ("post", "body") and " " not in before and before[-1] not in ";,":
            return " ".join(words for words, _ in kinds), "; ".join(words for words, _ in kinds)
    return None


def _chunks(cell: str, lines: Sequence[str]) -> list[str]:
    """The lines that begin a name each; a line that goes on with a name is joined to it."""
    if len(lines) < 2:
        return [cell]
    found: list[str] = []
    for line in map(clean, lines):
        words = _BULLET.sub("", line)
        begins = words != line or stands_alone(re.split(r"[,;/]", words)[0])
        if found and not begins and not found[-1].endswith(";"):
            found[-1] = join_torn(found[-1], words)
        elif words:
            found.append(words)
    return found


def _pieces(cell: str) -> list[str]:
    """The names in a cell: parted by «;» where there is one, else by commas outside brackets and quotes."""
    mark = ";" if ";" in _outside(cell) else ","
    names: list[str] = []
    for words in map(clean, _split(cell, mark)):
        if names and (
            _goes_on(names[-1], words) or (_SPHERE.search(names[-1]) and re.fullmatch(r"[А-ЯЁ]{2,5}", words))
        ):
            names[-1] += f", {words}"
        else:
            names.append(words)
    return names


def _with_posts(names: list[str]) -> Iterator[str]:
    """«Иванов И.И., директор ИМЦ» is one official."""
    held = ""
    for name in names:
        single = kind_of(name) == "post" and name[:1].islower() and not re.search(r"[иы]$", _head(name)[0])
        if held and single:
            yield f"{held}, {name}"
            held = ""
            continue
        if held:
            yield held
        held = ""
        if _PERSON.fullmatch(name):
            held = name
        else:
            yield name
    if held:
        yield held


def _parted(name: str, mark: re.Pattern[str], after: Callable[[str], str] = str) -> list[str]:
    """The name cut at the marks where a whole name stands on each side; else as it is."""
    hidden = re.sub(r"\([^()]*\)|«[^«»]*»|\"[^\"]*\"", lambda found: "_" * len(found[0]), name)
    ends = [(found.start(), found.end()) for found in mark.finditer(hidden)]
    if not ends:
        return [name]
    edges = [0, *(edge for pair in ends for edge in pair), len(name)]
    parts = [name[start:end].strip() for start, end in zip(edges[::2], edges[1::2], strict=True)]
    parts = [parts[0], *map(after, parts[1:])]
    shares = mark is _AND and " " not in parts[0] and " " in parts[-1] and kind_of(parts[0]) == "post"
    shares &= bool(re.search(r"[иы]$", parts[0]))
    return parts if all(map(stands_alone, parts)) and not shares else [name]


def _goes_on(before: str, words: str) -> bool:
    """«…образования, науки и молодёжной политики»: what follows an agency in the genitive is the rest of its name."""
    if not words or not words[0].islower() or is_body(words):
        return False
    return bool(_GOES_ON.match(words)) and (words.startswith("и ") or bool(_AGENCY.match(before)))


def _head(words: str) -> tuple[str, list[str]]:
    """The word that heads a name, and the adjectives before it."""
    adjectives: list[str] = []
    for word in words.split()[:7]:
        if not _ADJECTIVE.fullmatch(word) or _NOUN_LIKE.search(word):
            return word, adjectives
        adjectives.append(word)
    return (adjectives[-1], adjectives[:-1]) if adjectives else ("", [])


def _has_stem(word: str, stems: tuple[str, ...]) -> bool:
    folded = fold(word)
    parts = (folded, folded.split("-")[0])
    return any(part.startswith(stem) and len(part) - len(stem) <= 4 for stem in stems for part in parts)


def _split(cell: str, mark: str) -> list[str]:
    """The cell cut at a mark outside brackets and quotes."""
    piece, depth, quoted = "", 0, False
    found: list[str] = []
    for letter in cell:
        depth += (letter in "(«") - (letter in ")»")
        quoted ^= letter == '"'
        if letter == mark and depth <= 0 and not quoted:
            found.append(piece)
            piece = ""
        else:
            piece += letter
    return [*found, piece]


def _outside(cell: str) -> str:
    return re.sub(r"\([^()]*\)|«[^«»]*»", "", cell)
