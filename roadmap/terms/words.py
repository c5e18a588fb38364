"""The words of the deadline language: what each folded word is to the grammar."""

from typing import Any

MONTHS = (
    ("январь", "января", "январе"),
    ("февраль", "февраля", "феврале"),
    ("март", "марта", "марте"),
    ("апрель", "апреля", "апреле"),
    ("май", "мая", "мае"),
    ("июнь", "июня", "июне"),
    ("июль", "июля", "июле"),
    ("август", "августа", "августе"),
    ("сентябрь", "сентября", "сентябре"),
    ("октябрь", "октября", "октябре"),
    ("ноябрь", "ноября", "ноябре"),
    ("декабрь", "декабря", "декабре"),
)
MONTH_SHORT = {"янв": 1, "февр": 2, "апр": 4, "авг": 8, "сент": 9, "окт": 10, "нояб": 11, "дек": 12}

# Nominative, accusative and the dative plural of «по вторникам».
_WEEKDAYS = (
    "понедельник понедельникам",
    "вторник вторникам",
    "среда среду средам",
    "четверг четвергам",
    "пятница пятницу пятницам",
    "суббота субботу субботам",
    "воскресенье воскресеньям",
)
_COUNTS = (
    "один одного однажды",
    "два двух дважды",
    "три трех трижды",
    "четыре четырех",
    "пять пяти",
    "шесть шести",
    "семь семи",
    "восемь восьми",
    "девять девяти",
    "десять десяти",
)
_MORE_COUNTS = {"двенадцать": 12, "пятнадцати": 15, "двадцати": 20, "тридцати": 30}
_ORDINALS = (
    "первый первого первое первом первому i",
    "второй второго второе втором второму ii",
    "третий третьего третье третьем третьему iii",
    "четвертый четвертого четвертое четвертом четвертому iv",
)
_DAY_TERMS = ["одно", "двух", "трех", "четырех", "пяти", "шести", "семи", "восьми", "девяти", "десяти"]

_PLAIN = {
    "YM": "г гг год года году годы годов годах годом",
    "DO": "до",
    "K": "к ко",
    "V": "в во",
    "S": "с со",
    "PO": "по",
    "NA": "на",
    "AND": "и",
    "NE": "не",
    "PRI": "при",
    "ZA": "за",
    "OT": "от",
    "LATER": "позднее позже",
    "SELDOM": "реже менее",
    "THAN": "чем",
    "END": "конца",
    "STARTING": "начиная",
    "DURING": "течение течении протяжении",
    "PERIOD": "период периода периодом",
    "SROK": "срок срока",
    "WHOLE": "весь всего",
    "REALIZ": "реализации исполнения выполнения",
    "OBJECT": "комплекса мер дорожной карты",
    "RAZ": "раз раза",
    "EACH": "каждый каждую каждое каждого каждой каждом",
    "HABIT": "постоянно регулярно",
    "PERMANENT": "постоянной регулярной",
    "BASIS": "основе",
    "CHISLO": "числа",
    "NEXT": "следующего следующим",
    "LAST": "последнего",
    "CURRENT": "текущего",
    "INCLUSIVE": "включительно",
    "REPORTING": "отчетным отчетного",
    "DAYS": "день дня дней дню",
    "MOMENT": "даты момента",
    "POSLE": "после",
    "THROUGH": "через",
    "ACCORD": "соответствии согласно",
    "MERE": "мере",
    "NEED": "необходимости",
    "REQUEST": "запросу запросам требованию",
}
_VALUED: dict[str, dict[str, str]] = {
    "UNIT": {
        "week": "неделя неделю недели неделе недель",
        "month": "месяц месяца месяце месяцем",
    },
    "SUBYEAR": {
        "quarter": "квартал квартала квартале кварталы кварталах кварталом",
        "half_year": "полугодие полугодия полугодии полугодием полугодиях",
    },
    "HALF": {"half_year": "полгода"},
    "EVERY": {
        "week": "еженедельно",
        "month": "ежемесячно",
        "quarter": "ежеквартально",
        "year": "ежегодно",
    },
    "DAYKIND": {
        "working_days": "рабочих рабочего рабочий",
        "calendar_days": "календарных календарного календарный",
    },
    "PLAN": {"план": "плану планом плана", "график": "графику графиком графика"},
    "OWN": {"отдельный": "отдельному отдельным"},
}


def lexicon() -> dict[str, tuple[str, Any]]:
    """Folded word (small letters, е for ё) → terminal of the grammar and its value."""
    words: dict[str, tuple[str, Any]] = {}
    for number, (nominative, genitive, locative) in enumerate(MONTHS, start=1):
        words[nominative] = words[locative] = ("MONTH", number)
        words[genitive] = ("MONTHGEN", number)
    # A short form stands for any case: «15 сент. 2023 г.», «сент. 2023 г.».
    words |= {short: ("MONTHABBR", number) for short, number in MONTH_SHORT.items()}
    for terminal, rows in (("CNT", _COUNTS), ("ORD", _ORDINALS)):
        for number, row in enumerate(rows, start=1):
            words |= dict.fromkeys(row.split(), (terminal, number))
    words |= {word: ("CNT", number) for word, number in _MORE_COUNTS.items()}
    for weekday, row in enumerate(_WEEKDAYS):
        words |= dict.fromkeys(row.split(), ("WEEKDAY", weekday))
    for number, stem in enumerate(_DAY_TERMS, start=1):
        words |= dict.fromkeys((f"{stem}дневный", f"{stem}дневного"), ("NDAY", number))
    words |= dict.fromkeys(("недельный", "недельного"), ("NDAY", 7))
    words |= dict.fromkeys(("месячный", "месячного"), ("NMONTH", 1))
    words |= {word: (terminal, word) for terminal, row in _PLAIN.items() for word in row.split()}
    for terminal, values in _VALUED.items():
        words |= {word: (terminal, value) for value, row in values.items() for word in row.split()}
    return words
