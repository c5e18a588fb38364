"""Whether the proof of an item fits its kind, by the stems of the words; only what the words make plain.

The proof is what the cell of the result names («Соглашение», «Приказ», «Реестр …»). Where it names none — it is empty,
as in a regulation, or tells an effect («повышение квалификации») — the title says what will be shown.
"""

import re

from roadmap.catalogue.schema import ITEM_KINDS_RU, Item
from roadmap.language.normalise import plain
from roadmap.processes.loading import built_in

#: Stems of the words that name a document.
DOCUMENTS = (
    "акт ", "акты ", "анализ", "документ", "дорожн", "заключени", "информации", "информацию", "комплекс", "концепци",
    "критери", "материалы", "материалов", "материалами", "методик", "модел", "отчет", "паспорт", "переч", "письм",
    "план", "положени", "порядок", "постановлени", "приказ", "программ", "проект", "протокол", "разработ",
    "распоряжени", "распорядительн", "регламент", "рекомендаци", "решени", "справк", "список", "списк", "стандарт",
    "стратеги", "экспертиз",
)  # fmt: skip
#: Stems of the words that say that a state is looked at.
LOOKS = (
    "анализ", "аудит", "выявл", "диагност", "запрос", "изучен", "карт", "мониторинг", "обследован", "опрос", "оцен",
    "самообследован",
)  # fmt: skip
#: Stems of the words for people who meet.
MEETINGS = (
    "вебинар", "встреч", "дискусс", "заседани", "игр", "коворкинг", "консилиум", "конференц", "круглы", "лаборатори",
    "лекци", "марафон", "мастер класс", "мероприяти", "методический ден", "недел", "педсовет", "семинар", "сесси",
    "симпозиум", "слет", "собрани", "совещани", "съезд", "фестивал", "форум", "хакатон", "чтени",
)  # fmt: skip

#: Words from the beginning of a result among which it names the proof («Информационно-аналитический отчёт о …»).
PROOF_WITHIN = 4
SHOWN_LETTERS = 120

_NEAR = r"(?:[^\W_]+ ){0,3}?"
_KEPT = re.compile(
    rf"\b(?:веде(?:т|ни[еяюи])|заполн\w+) {_NEAR}(?:реестр|банк|паспорт|перечн|базы? данных)"
    rf"|\bобеспеч\w+ {_NEAR}реестра\b|\bвключ(?:ение|ить|ает|ают) {_NEAR}в {_NEAR}реестр"
)
_APPOINTS = re.compile(r"\b(?:определ|назнач)\w+ ответственн")
_CONCLUDES = re.compile(rf"\b(?:заключ|подпис|пролонг)\w+ {_NEAR}(?:соглашени|договор(?:ы|а|ов)?\b)")
#: The draft of an agreement is a document.
_AGREEMENT = re.compile(r"^(?!(?:\w+ ){0,2}проект)(?:\w+ ){0,2}(?:соглашени|договор(?:ы|а|ов)?\b)")
_REGISTRY = re.compile(r"^(?:\w+ ){0,2}(?:реестр|банк|паспорт)")
#: To take part in the study or to hold it; an analysis of its outcome is none.
_STUDY = re.compile(r"^(?:участ|провед|провод|организ)\w+ .*(?:\bнику\b|\bнациональн\w+ исследовани)")
_TAKES_PART = re.compile(r"^(?:принима\w+ )?участ(?:ие|вует|вуют|вовать)\b")

_OR = "или уточните результат"
#: Kinds that the title alone may make plain: their result is often another paper («карта дефицитов», «дорожная карта»).
_TITLED = ("monitoring", "session", "study", "document")
_MISSES = {
    "agreement": "соглашение или договор в подтверждении не названы",
    "monitoring": "ни мониторинг, ни диагностика, ни анализ не названы",
    "session": "ни сессия, ни совещание, ни другое собрание людей не названы",
    "study": "исследование компетенций не названо",
    "document": "документ не назван",
    "registry": "реестр, банк или паспорт не назван",
}


def keeps_registry(words: str) -> bool:
    """Whether a registry, a bank or a passport has to be kept («ведение реестра»), not only named or answered for."""
    said = plain(words)
    return bool(_KEPT.search(said)) and not _APPOINTS.search(said)


def misfit(item: Item) -> str | None:
    """In Russian, why the proof of a controlled item does not fit its kind, and the remedy; None where it fits."""
    if not item.controlled:
        return None
    if better := _plainly(item):
        if better == item.kind:
            return None
        return f"{_said(item)}; по этим словам вид «{ITEM_KINDS_RU[better]}» — впишите kind: {better} {_OR}"
    if item.kind == "session" and _TAKES_PART.search(plain(item.title)):
        return (
            f"{_said(item)}; мероприятие проводит другой, программы и протокола у исполнителя нет — "
            "впишите kind: activity или назовите своё мероприятие"
        )
    wanted = _wanted(item.kind)
    if not wanted or _names(_shown(item), wanted) or (item.kind in _TITLED and _names(item.title, wanted)):
        return None
    return f"{_said(item)}; {_MISSES[item.kind]} — впишите другой kind {_OR}"


def _plainly(item: Item) -> str | None:
    """The one kind that the words leave, whatever was chosen; None where they leave a choice."""
    shown, title = plain(_shown(item)), plain(item.title)
    if _STUDY.search(title):
        return "study"
    if _AGREEMENT.search(shown) or (shown == title and _CONCLUDES.search(title)):
        return "agreement"
    if shown == title and keeps_registry(title):
        return "registry"
    if item.kind == "document" and _REGISTRY.search(shown):
        return "registry"
    return None


def _wanted(kind: str) -> tuple[str, ...]:
    """Stems of which a fitting proof has one; none: any proof fits."""
    own = {"monitoring": LOOKS, "session": MEETINGS, "document": DOCUMENTS, "study": ("исследовани", "нику")}
    if kind in own:
        return own[kind]
    process = built_in().get(kind)
    return process.proof_words if process else ()


def _shown(item: Item) -> str:
    """The words of the proof: the result where it begins with one, else the title."""
    known = (*DOCUMENTS, *(stem for kind in ("agreement", "registry") for stem in _wanted(kind)))
    begins = (" ".join(plain(part).split()[:PROOF_WITHIN]) for part in item.result.split(";"))
    return item.result if any(_names(words, known) for words in begins) else item.title


def _names(words: str, stems: tuple[str, ...]) -> bool:
    padded = f" {plain(words)} "
    return any(f" {stem}" in padded for stem in stems)


def _said(item: Item) -> str:
    words = _shown(item)
    whole = " ".join(words.split())
    shown = whole if len(whole) <= SHOWN_LETTERS else f"{whole[: SHOWN_LETTERS - 1].rstrip()}…"
    where = "а подтверждение —" if words is item.result else "подтверждение не названо, в названии —"
    return f"вид «{ITEM_KINDS_RU[item.kind]}», {where} «{shown}»"
