"""What the words of a heading say of its column: the role, and how surely."""

import re
from dataclasses import dataclass
from typing import Literal

from roadmap.language.normalise import in_cyrillic, plain_with_signs

Role = Literal[
    "number", "group", "title", "responsible", "executors", "controller", "participants", "term", "term_start",
    "term_end", "done", "result", "indicator", "value", "method", "unit", "aside", "unused", "unknown",
]  # fmt: skip
"""``aside`` is known to be none of what an item needs («Примечание», «Дата внесения»): content never makes it one."""

#: What an answer may call a column.
ROLE_RU: dict[str, Role] = {
    "номер": "number",
    "группа": "group",
    "мероприятие": "title",
    "ответственный": "responsible",
    "исполнители": "executors",
    "соисполнители": "executors",
    "срок": "term",
    "начало срока": "term_start",
    "окончание срока": "term_end",
    "результат": "result",
    "контроль": "controller",
    "участники": "participants",
    "отметка об исполнении": "done",
    "показатель": "indicator",
    "значение": "value",
    "методика": "method",
    "единица измерения": "unit",
    "не нужна": "unused",
}
NAME_RU: dict[Role, str] = {role: name for name, role in reversed(ROLE_RU.items())}
#: What a column of a roadmap may be called, as a question offers it.
OFFERED: tuple[Role, ...] = (
    "title", "term", "responsible", "executors", "participants", "controller", "result", "done", "group", "number",
    "unused",
)  # fmt: skip

_NOT_OWNER = r"^(?!.*(?:исполнител|исполнени\w* и ))"
_PATTERNS: tuple[tuple[Role, int, tuple[str, ...]], ...] = (
    ("number", 2, (
        r"^(№|n|no|номер|п/п|п/п №|№ ?п/?п|n ?п/?п|№ ?пункта|№ ?пп)( п/п| п п)?$", r"^(№|номер) (мероприяти|пункт)\w*$",
    )),
    ("done", 2, (
        r"отметк|\bфакт|^статус|^выполнен(о|ие)$|^исполнен(о|ие)$", r"\bход (исполн|выполн|реализ)|о (не)?выполнении$",
    )),
    ("aside", 2, (
        r"^дата (внесен|утвержд|изменен|приняти|поручен|документ|регистрац|создан|добавлен|постановк|включен|рожден)",
    )),
    ("controller", 2, (
        _NOT_OWNER + r"(.*(за|осуществля\w+) контрол|.*контролирующ|контролер|кто контролир|куратор контрол)",
        r"^контроль( за)?( исполнени\w| выполнени\w| реализаци\w)?$",
    )),
    ("participants", 2, (
        r"^(?!.*(?:исполнител|ответственн)).*"
        r"(участник|аудитори|\bохват|контингент|для кого|слушател|адресат|целев\w+ групп|приглашен|категори)",
    )),
    ("aside", 2, (
        r"примечан|^мест[оа]\b|финанс|стоимост|\bсумм|бюджет|телефон|контакт|\bадрес|e mail|^класс(ы)?$|кабинет",
        r"кол во|^количеств|\bобъем|^основани|реквизит|ссылк|^ресурс|затрат",
    )),
    ("method", 2, (r"\bметод(?!ическ|ист)|инструмент|источник",)),
    ("unit", 2, (r"единиц|^ед\b",)),
    ("result", 2, (
        r"результат|вид документа|подтвержда|^документ|индикатор|форма (отчет|заверш|реализ|представлен)|выход",
        r"\bпродукт\b|ожидаем|вид отчет|^отчетн|где (заслуш|рассматр)",
    )),
    ("term", 3, (r"\bначал\w+ .*(окончан|завершен|конец)",)),
    ("term_start", 2, (r"\bначал[оа]\b",)),
    ("term_end", 2, (r"окончан|\bзаверш",)),
    ("term", 3, (r"\bсрок|контрольн\w+ (дат|срок)",)),
    ("term", 2, (
        r"\bпериод|^дат[аы]\b|^план\w* дат|когда|временн\w+ (рамк|интервал|промежут|отрез)",
        r"календарн\w+ (дат|врем|срок)",
    )),
    ("term", 1, (r"^время|график|^месяц|^числ[оа]$|^день|^дни|^квартал|^декада|^недел|дедлайн|^дата",)),
    ("executors", 2, (r"соисполнит|соответственн|привлекаем|партнер|взаимодейств",)),
    ("responsible", 3, (
        r"ответств|исполнител|^отв\b|\bкто (проводит|отвечает|делает|исполняет)|организатор|кому поручен",
    )),
    ("responsible", 1, (
        r"^кто\b|^кем\b|куратор|^фио\b|^ф и о|подразделени|^должност|провод(ит|ящ)|координатор|^ведущ",
    )),
    ("value", 2, (r"значени|целев|^план\b|^план(ов|ируем)|норматив",)),
    ("indicator", 2, (r"показател",)),
    ("title", 1, (r"^форм[аы]\b|^цел[ьи]\b|^тем[аы]\b|^тематик|^предмет|объект\w* (контрол|проверк)|^объект|^проект",)),
    ("group", 2, (r"^(направлени|раздел|блок|задач)",)),
    ("title", 3, (
        r"мероприят|наименован|содержан|действи|поручен|^мер[аы]\b|вид\w* (работ|деятельн)|контрольн\w+ (точк|событи)",
        r"что (делаем|сделать|делать|нужно)|описани\w+ (работ|деятел|действ)|^работ[ыа]\b|\bшаг",
        r"^пункт\w* (плана|программ)",
    )),
    ("title", 2, (r"задач|^вопрос|^решени|активност|^событи|^перечень|^дел[оа]\b|^название|^что\b",)),
    ("title", 1, (r"^этап",)),
)  # fmt: skip
_COMPILED = tuple((role, rank, re.compile("|".join(patterns))) for role, rank, patterns in _PATTERNS)
#: A responsible without a term or a measure named by such words makes no roadmap: lists of people have them too.
WEAK, ANSWERED = 1, 9


@dataclass(frozen=True, slots=True)
class Heading:
    """The words of one heading, the role that they name and how surely: 1 may be, 2 is, 3 is before all others."""

    words: str
    role: Role
    rank: int
    answered: bool = False


def heading_of(words: str, answers: dict[str, Role]) -> Heading:
    """What the words of a heading say; an answer of a person goes before."""
    if words in answers:
        return Heading(words, answers[words], ANSWERED, answered=True)
    plain = plain_with_signs(in_cyrillic(words, whole=True))
    found = ((role, rank) for role, rank, pattern in _COMPILED if pattern.search(plain))
    role, rank = next(found, ("unknown", 0))
    return Heading(words, role, rank)
