"""The act itself: kind, number, date, authority, title, what it amends, its period, who controls it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.documents.neutral import Paragraph
from roadmap.documents.text.passages import whole
from roadmap.language.months import OF_MONTHS

KINDS = ("приказ", "распоряжение", "постановление", "решение", "указ")

_DAY = re.compile(
    r"(?P<d>\d{1,2})\.(?P<m>\d{2})\.(?P<y>(?:19|20)\d{2})\b"
    rf"|[«\"]?\s?(?P<d2>\d{{1,2}})\s?[»\"]?\s+(?P<month>{'|'.join(OF_MONTHS)})\s+(?P<y2>(?:19|20)\d{{2}})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:№|(?<!\w)N)\s*(?P<n>[0-9А-ЯA-Zа-яa-z][\w./\-]*)")
_AMENDS = re.compile(
    r"(?P<kind>приказ|распоряжени|постановлени)(?P<ending>\w*)\s[^«»]*?\bот\s+(?P<on>[^№]{8,30}?)\s*(?:г\.|года)?\s*№\s*"
    r"(?P<n>[\w\-/]+)(?:\s*«(?P<title>.+)»)?",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[А-ЯЁ][а-яё\-]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё\-]+")
_CONTROL = re.compile(
    r"^(?:\d+[.)]\s*)?Контроль\s+(?:за|над)\s+(?:вы|ис)полнени\w+.*?(?:возложить\s+на\s+(?P<whom>.+?)|(?P<self>оставляю\s+за\s+собой))"
    r"\s*(?:\(.*\))?\.?$",
    re.IGNORECASE,
)
_NOMINATIVE = {
    "заместителя": "заместитель",
    "первого": "первый",
    "начальника": "начальник",
    "директора": "директор",
    "министра": "министр",
    "руководителя": "руководитель",
    "председателя": "председатель",
    "ведущего": "ведущий",
    "специалиста": "специалист",
}
_AGENCY = re.compile(
    r"\s+(?=(?:МИНИСТЕРСТВО|ДЕПАРТАМЕНТ|КОМИТЕТ|УПРАВЛЕНИЕ|ОТДЕЛ|АГЕНТСТВО|СЛУЖБА|АДМИНИСТРАЦИЯ|ПРАВИТЕЛЬСТВО)\s)"
)
HEAD = 40


@dataclass(frozen=True, slots=True)
class FoundAct:
    """What the head of the document says; empty where it does not."""

    kind: str = ""
    number: str = ""
    on: date | None = None
    title: str = ""
    authority: str = ""
    amends: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        names = ("kind", "number", "title", "authority", "amends")
        return {name: getattr(self, name) for name in names} | {"on": self.on.isoformat() if self.on else None}


def day_of(text: str) -> date | None:
    """The first real day named in the words."""
    for match in _DAY.finditer(text):
        month = int(match["m"]) if match["m"] else OF_MONTHS.index(match["month"].casefold()) + 1
        try:
            return date(int(match["y"] or match["y2"]), month, int(match["d"] or match["d2"]))
        except ValueError:
            continue
    return None


def find_act(paragraphs: Sequence[Paragraph]) -> FoundAct:
    """The act named in the head of the document; parts that are not there stay empty."""
    texts = [paragraph.text for paragraph in paragraphs]
    start = next((n for n, text in enumerate(texts[:HEAD]) if _kind(text)), None)
    if start is None:
        return _act_of_approval(texts)
    end = next((n for n in range(start + 1, len(texts)) if _body_starts(texts[n])), min(len(texts), start + 12))
    head = texts[start:end]
    title_at = next((n for n, text in enumerate(head) if re.match(r"Об?о?\s+[а-яё]", text)), None)
    titled = range(title_at, _title_end(head, title_at)) if title_at is not None else range(0)
    title = " ".join(head[n] for n in titled)
    dated = " ".join(text for n, text in enumerate(head) if n not in titled)
    number = _NUMBER.search(dated) or _NUMBER.search(" ".join(texts[:start]))
    return FoundAct(
        kind=_kind(texts[start]),
        number=number["n"].rstrip(".,;") if number else "",
        on=day_of(dated) or day_of(" ".join(texts[:start])),
        title=title,
        authority=_authority(texts[:start], texts) or _authority_of_title(title),
        amends=_amended(title),
    )


def _title_end(head: Sequence[str], at: int) -> int:
    """The line after the title: one that a line break tore goes on with a small letter."""
    end = at + 1
    while end < len(head) and re.match(r"[а-яё]", head[end]) and not re.search(r"[.:;]$", head[end - 1]):
        if re.search(r"приказываю|постановля|распоряжаюсь|обязыва", re.sub(r"\s", "", head[end].casefold())):
            break
        end += 1
    return end


def _kind(text: str) -> str:
    squeezed = re.sub(r"\s", "", text)
    word = next((kind for kind in KINDS if squeezed.upper().startswith(kind.upper())), "")
    return word if word and squeezed[: len(word)].isupper() and not squeezed[: len(word) + 1].endswith("Ы") else ""


def _body_starts(text: str) -> bool:
    return bool(re.match(r"(В соответствии|На основании|В целях|Во исполнение|С целью|В связи|1[.)]\s)", text))


def _act_of_approval(texts: Sequence[str]) -> FoundAct:
    """«УТВЕРЖДЕНО распоряжением министерства … от … № …» where the order itself is not in the file."""
    head = " ".join(texts[:HEAD])
    match = re.search(
        r"УТВЕРЖД\w+\s+(приказ|распоряжени|постановлени)\w*\s+(.{5,200}?)\s+от\b(.{0,60})", head, re.IGNORECASE
    )
    if match is None:
        return FoundAct()
    kind = next(kind for kind in KINDS if kind.startswith(match[1].casefold()))
    number = re.search(r"№\s*([\w\-/]*\d[\w\-/]*)", match[3])
    authority = _nominative(match[2])
    return FoundAct(kind=kind, number=number[1] if number else "", on=day_of(match[3]), authority=authority)


def _authority(before: Sequence[str], texts: Sequence[str]) -> str:
    """The upper-case name above the kind, in the letters that the text itself uses for it.

    Of several bodies, one above the other, the last one issues the act: «АДМИНИСТРАЦИЯ … РАЙОНА / ДЕПАРТАМЕНТ …».
    """
    shouted = [text for text in before if text.isupper() and max(map(len, text.split())) > 4]
    if not shouted:
        agency = re.compile(r"(министерств|департамент|комитет|управлен|администр)", re.IGNORECASE)
        return next((text for text in before if agency.match(text)), "")
    names = [name.strip() for name in _AGENCY.split(" ".join(shouted)) if name.strip()]
    quiet = [text for text in texts if not text.isupper()]
    below = "(?P<of>\\s+администрации\\s+[^,.;:()«»]{3,80})?" if names[0].startswith("АДМИНИСТРАЦИЯ ") else ""
    head, _, rest = names[-1].partition(" ")
    words = re.compile(rf"\b{head}\s+{_either_e(rest)}{below if len(names) > 1 else ''}(?!\w)", re.IGNORECASE)
    found = [match for text in quiet for match in words.finditer(text)]
    if not found and rest:
        words = re.compile(_either_e(rest), re.IGNORECASE)
        found = [match for text in quiet for match in words.finditer(text)]
        return f"{_as_written(head, rest, quiet)} {found[0].group()}" if found else quieted(names[-1])
    if not found:
        return quieted(names[-1])
    best = next((match for match in found if match.groupdict().get("of")), found[0]).group().strip()
    return _as_written(head, rest, quiet) + best[len(head) :]


def _as_written(head: str, rest: str, quiet: Sequence[str]) -> str:
    """«министерство» where the text writes it with a small letter wherever it stands inside a sentence."""
    inside = re.compile(rf"(?<=\s){head[:-1]}\w*(?=\s+{_either_e(rest)})", re.IGNORECASE)
    written = [match[0] for text in quiet for match in inside.finditer(text)]
    return head.lower() if written and all(word.islower() for word in written) else head.capitalize()


def _either_e(words: str) -> str:
    """A pattern in which «е» and «ё» are one letter."""
    return re.sub(r"[её]", "[её]", re.escape(words), flags=re.IGNORECASE)


def quieted(shouted: str) -> str:
    """«МИНИСТЕРСТВО ОБРАЗОВАНИЯ КИРОВСКОЙ ОБЛАСТИ» with a capital only where a name has one."""
    words = shouted.lower()
    words = re.sub(r"[\w\-]+ск(?:ого|ой|ий|ая)(?=(?: \w+ого)? (?:кра|област|район|округ))", _titled, words)
    words = re.sub(
        r"(?<=республики )\w+|(?<=города )[\w\-]+|(?:республики|югр[аы]|российской федерации)", _titled, words
    )
    return words[:1].upper() + words[1:]


def _titled(match: re.Match[str]) -> str:
    return match[0].title() if match[0] != "российской федерации" else "Российской Федерации"


def title_of_regulation(paragraphs: Sequence[Paragraph]) -> str:
    """«Положение о …» as the annex is headed; empty where the document holds none."""
    heading = re.compile(r"(?:«?\s*)(?:ПОЛОЖЕНИЕ|Положение|РЕГЛАМЕНТ|Регламент|ПОРЯДОК|Порядок)\s+(?=[а-яё(])")
    found = next((p.text for p in whole(paragraphs) if heading.match(p.text) and p.text[-1] not in ";.:"), "")
    head, _, rest = found.lstrip("« ").partition(" ")
    return f"{head.capitalize()} {rest}".strip() if found else ""


def _authority_of_title(title: str) -> str:
    match = re.search(r"(?:приказом|распоряжением|постановлением)\s+([А-ЯЁ].+?)\s+от\s", title)
    return _nominative(match[1]) if match else ""


def _nominative(genitive: str) -> str:
    return re.sub(r"^(\w+?)(ства|та|ния)\b", lambda m: m[1] + {"ства": "ство", "та": "т", "ния": "ние"}[m[2]], genitive)


def _amended(title: str) -> dict[str, Any] | None:
    if not re.match(r"О внесении изменени", title):
        return None
    match = _AMENDS.search(title)
    on = day_of(match["on"]) if match else None
    if match is None or on is None:
        return None
    kind = next(kind for kind in KINDS if kind.startswith(match["kind"].casefold()))
    return {"kind": kind, "number": match["n"], "on": on.isoformat(), "title": match["title"] or ""}


def find_controller(paragraphs: Sequence[Paragraph]) -> dict[str, Any] | None:
    """Whom the act charges with control, as the catalogue keeps it."""
    for n, paragraph in enumerate(paragraphs):
        match = _CONTROL.match(paragraph.text)
        if match is None:
            continue
        if match["self"]:
            post = _signer([p.text for p in paragraphs[n + 1 : n + 6]])
            return {"post": post, "source": {"place": paragraph.place}} if post else None
        whom = paragraph.text[match.start("whom") :]
        person = _PERSON.search(whom)
        post = _PERSON.sub("", re.sub(r"\(.*\)", "", whom)).strip(" ,.;–-")
        entry: dict[str, Any] = {"post": _post(post) or "контролирующий"}
        if person:
            entry["name"] = person.group()
        return entry | {"source": {"place": paragraph.place}}
    return None


def _post(genitive: str) -> str:
    words = genitive.split()
    for n, word in enumerate(words[:3]):
        if word not in _NOMINATIVE or (n and words[n - 1] == "заместитель"):
            break
        words[n] = _NOMINATIVE[word]
    return " ".join(words)


def _signer(after: Sequence[str]) -> str:
    post = re.compile(
        r"(?:первый |исполняющий обязанности )?(?:заместитель |и\.\s?о\. )?"
        r"(?:министр|директор|начальник|глава|губернатор|руководител|председател)",
        re.IGNORECASE,
    )
    return next((_PERSON.sub("", text).strip() for text in after if post.match(text)), "")
