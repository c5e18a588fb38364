"""What is doubtful in the indicators of a catalogue: nobody watches what they measure, or a word is defined nowhere."""

from collections.abc import Iterator

from roadmap.catalogue.schema import Catalogue

Doubt = tuple[str, str]
"""Place and words."""


def unwatched(catalogue: Catalogue) -> Iterator[Doubt]:
    """Indicators whose duties are all off control: a recommendation to mend them points at work nobody watches."""
    items = {item.code: item for _, item in catalogue.duties_by_origin()}
    for entry in catalogue.indicators:
        answering = [items[code] for code in entry.answered_by if code in items]
        if answering and not any(item.controlled for item in answering):
            named = ", ".join(f"{item.code} «{_short(item.title)}»" for item in answering)
            yield (
                f"показатель {entry.code} ({entry.source.place})",
                f"за показатель отвечают только обязанности не на контроле: {named}; "
                "поставьте одну из них на контроль (controlled: true) или назовите в answered_by другую",
            )


def undefined(catalogue: Catalogue) -> Iterator[Doubt]:
    """What the document names in an indicator and defines nowhere: the coordinator says it once for all."""
    for entry in catalogue.indicators:
        if entry.unclear:
            place = f"показатель {entry.code} ({entry.source.place})"
            yield place, f"{entry.unclear} Уточните для всех: впишите ответ в unclear этого показателя"


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:60].rsplit(' ', 1)[0]} …"
