"""Names of bodies and posts in the nominative: «Отделу кадров» is «Отдел кадров».

Only the noun that heads the name and the adjectives before it change; what follows depends on the head and stays. A
form that may itself be a nominative («организации») is left alone: a guess here would make two bodies of one.
"""

import re

#: The heads of names by gender, which decides the adjectives before the noun.
_MASCULINE = (
    *("департамент", "комитет", "отдел", "сектор", "центр", "институт", "университет", "колледж", "техникум", "совет"),
    *("актив", "оператор", "координатор", "директор", "министр", "начальник", "председатель", "руководитель", "орган"),
    *("заместитель", "проректор", "ректор", "специалист", "методист", "филиал", "кабинет", "фонд"),
)
_NEUTER = ("министерство", "управление", "учреждение", "агентство", "объединение", "сообщество", "подразделение")
_FEMININE = (
    *("администрация", "организация", "академия", "инспекция", "ассоциация", "комиссия", "служба", "кафедра", "школа"),
    *("группа", "площадка", "палата"),
)
#: The plural of masculine heads: what the stem ends in besides «ы», «и».
_PLURAL = {"директор": "а", "учител": "я", "профессор": "а"} | dict.fromkeys(
    ("руководител", "заместител", "председател", "начальник", "воспитател", "преподавател", "педагог", "наставник"), "и"
)
_PLURAL |= dict.fromkeys(("отдел", "центр", "институт", "департамент", "комитет", "методист", "специалист"), "ы")
_PLURAL |= dict.fromkeys(("координатор", "куратор", "глав"), "ы") | {"завуч": "и"}
_ADJECTIVES = re.compile(r"^(?P<stem>[а-яё\-]+)(?P<end>ому|ему|ого|его|ым|им|ой|ей|ую|юю)$", re.IGNORECASE)


def _forms() -> dict[str, tuple[str, str]]:
    """Oblique form → (nominative, gender) for the heads that names of bodies have."""
    known: dict[str, tuple[str, str]] = {}
    for noun in _MASCULINE:
        soft = noun.endswith("ь")
        stem = noun[:-1] if soft else noun
        ends = ("я", "ю", "ем") if soft else ("а", "у", "ом", "ем")
        known |= {stem + end: (noun, "m") for end in ends}
    for noun in _NEUTER:
        neuter = "я ю ем" if noun.endswith("ие") else "а у ом"
        known |= {noun[:-1] + end: (noun, "n") for end in neuter.split()}
    for noun in _FEMININE:
        soft = noun.endswith("я")
        known |= {noun[:-1] + end: (noun, "f") for end in ("ю ей" if soft else "у ой е").split()}
        plural = noun[:-1] + ("и" if soft or noun[-2] in "кгх" else "ы")
        known |= {noun[:-1] + end: (plural, "p") for end in ("ям ями" if soft else "ам ами").split()}
    known |= {f"орган{end}": ("органы", "p") for end in ("ам", "ами", "ов")}
    known |= {f"{stem}{end}": (f"{stem}я", "p") for stem in ("учреждени", "объединени") for end in ("ям", "ями")}
    known.pop("директора")  # «директора школ» is several of them as well
    for stem, ending in _PLURAL.items():
        dative = "я" if stem.endswith("тел") else "а"
        known |= {f"{stem}{dative}м{end}": (stem + ending, "p") for end in ("", "и")}
    known |= {f"министр{end}": ("министр", "m") for end in ("а", "у", "ом")}
    return known


_FORMS = _forms()


def nominative(name: str) -> str:
    """The name in the nominative where its head is known and stands in another case; else as it is."""
    words = name.split(" ")
    for at, word in enumerate(words[:6]):
        known = _FORMS.get(word.casefold())
        if known is None:
            if not _ADJECTIVES.match(word) and not re.match(r"^[а-яё\-]+(?:ым|им|ых|их|ыми|ими)$", word, re.I):
                return name
            continue
        noun, gender = known
        head = [_adjective(word, gender) for word in words[:at]]
        return " ".join((*head, noun.capitalize() if word[0].isupper() else noun, *words[at + 1 :]))
    return name


def _adjective(word: str, gender: str) -> str:
    if gender == "p":
        return re.sub(r"(ы|и)(?:х|м|ми)$", r"\1е", word)
    match = _ADJECTIVES.match(word)
    if match is None:
        return word
    stem, soft = match["stem"], match["end"].casefold() in ("ему", "его", "ей", "юю")
    if gender == "m":
        return stem + ("ий" if soft or stem[-1] in "кгхжшщч" else "ый")
    if gender == "n":
        return stem + ("ее" if soft else "ое")
    return stem + ("яя" if soft else "ая")
