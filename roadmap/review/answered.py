"""A person's answer beside the words of the document in whose place it stands: both are shown, always."""

from collections.abc import Mapping

from roadmap.catalogue.schema import AnsweredField

#: The fields by their names in the catalogue, or by any string where they come from the database.
ActWords = Mapping[AnsweredField, str] | Mapping[str, str]
#: What is said where the document itself is silent, by the field of an item.
SILENT_RU: dict[str, str] = {
    "term": "срок не назван",
    "responsible": "ответственный не назван",
    "executors": "исполнители не названы",
}
#: An answered term that names no day: the dates are asked for.
_TO_BE_NAMED = "даты назовёт ответственный"


def with_act_words(field: str, accepted: str, act_words: ActWords) -> str:
    """«в документе: «к лету»; принято: «до 1 июня 2027 г.», ответ координатора»; without an answer empty.

    ``act_words``: the document's words of the fields that were answered, "" where it has none.
    """
    said = {str(name): words for name, words in act_words.items()}.get(field)
    if said is None:
        return ""
    document = f"в документе: «{said}»" if said else f"в документе {SILENT_RU[field]}"
    taken = f"«{accepted}»" if accepted else _TO_BE_NAMED
    return f"{document}; принято: {taken}, ответ координатора"


def quoted(field: str, accepted: str, act_words: ActWords, *, otherwise: str = "") -> str:
    """The words of a field in marks, the document's beside an answer; ``otherwise`` where there are none at all."""
    return with_act_words(field, accepted, act_words) or (f"«{accepted}»" if accepted else otherwise)
