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
ROMAN = ("", "I", "II", "III", "IV")
MONTH_SHORT = {
    "янв": 1, "фев": 2, "февр": 2, "мар": 3, "апр": 4, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "сент": 9, "окт": 10,
    "ноя": 11, "нояб": 11, "дек": 12,
}  # fmt: skip
"""A full stop after these belongs to the word."""
OTHER_SHORT = {"г", "гг", "уч", "кв", "полуг", "мес", "нед", "дн", "раб", "кал"}

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
    "один одного одну",
    "два двух две",
    "три трех",
    "четыре четырех",
    "пять пяти",
    "шесть шести",
    "семь семи",
    "восемь восьми",
    "девять девяти",
    "десять десяти",
    "одиннадцать одиннадцати",
    "двенадцать двенадцати",
    "тринадцать тринадцати",
    "четырнадцать четырнадцати",
    "пятнадцать пятнадцати",
    "шестнадцать шестнадцати",
    "семнадцать семнадцати",
    "восемнадцать восемнадцати",
    "девятнадцать девятнадцати",
    "двадцать двадцати",
)
_MORE_COUNTS = {"тридцать": 30, "тридцати": 30, "сорок": 40, "сорока": 40, "шестьдесят": 60, "шестидесяти": 60}
_ORDINALS = (
    "первый первого первое первом первому первая первую i",
    "второй второго второе втором второму вторая вторую ii",
    "третий третьего третье третьем третьему третья третью iii",
    "четвертый четвертого четвертое четвертом четвертому четвертая четвертую iv",
)
# «В двухмесячный срок».
MONTH_TERMS = {1: "", 2: "двух", 3: "трех", 4: "четырех", 6: "шести"}
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
    "END": "конца концу",
    "VAGUE": "начало начала началу начале середина середины середине середину конец конце",
    "BUT": "но",
    "SROKI": "сроки",
    "SET": "установленные установленный",
    "STARTING": "начиная",
    "DURING": "течение течении протяжении",
    "PERIOD": "период периода периодом",
    "SROK": "срок срока",
    "WHOLE": "весь всего",
    "REALIZ": "реализации исполнения выполнения",
    "OBJECT": "комплекса мер дорожной карты",
    "RAZ": "раз раза",
    "EACH": "каждый каждую каждое каждого каждой каждом каждые",
    "SCHOOL": "учебный учебного учебном учебные учебных учебным уч",
    "THEN": "далее затем впоследствии",
    "DECADE": "декада декаду декады декаде",
    "DAILY": "ежедневно",
    "HABIT": "постоянно регулярно систематически непрерывно",
    "PERMANENT": "постоянной регулярной",
    "BASIS": "основе",
    "CHISLO": "числа число",
    "NEXT": "следующего следующим следующий",
    "LAST": "последнего последний последняя последнюю последнее",
    "CURRENT": "текущего",
    "INCLUSIVE": "включительно",
    "REPORTING": "отчетным отчетного",
    "DAYS": "день дня дней дню дн",
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
        "week": "неделя неделю недели неделе недель нед",
        "month": "месяц месяца месяце месяцем месяцев мес",
    },
    "SUBYEAR": {
        "quarter": "квартал квартала квартале кварталы кварталах кварталом кварталов кв",
        "half_year": "полугодие полугодия полугодии полугодием полугодиях полугодий полуг",
    },
    "HALF": {"half_year": "полгода"},
    "EVERY": {
        "week": "еженедельно",
        "month": "ежемесячно помесячно",
        "quarter": "ежеквартально поквартально",
        "year": "ежегодно",
    },
    "DAYKIND": {
        "working_days": "рабочих рабочего рабочий раб",
        "calendar_days": "календарных календарного календарный кал",
    },
    "PLAN": {"план": "плану планом плана", "график": "графику графиком графика"},
    "OWN": {"отдельный": "отдельному отдельным"},
    "SEASON": {
        "декабрь – февраль": "зима зиму зимой зимний зимнем",
        "март – май": "весна весну весной весенний весеннем",
        "июнь – август": "лето летом летний летнем",
        "сентябрь – ноябрь": "осень осенью осенний осеннем",
    },
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
    # What scanning leaves of Roman figures; certain only beside «квартал» and «полугодие».
    words |= {"l": ("SCANNED", 1), "ll": ("SCANNED", 2), "п": ("SCANNED", 2), "lll": ("SCANNED", 3)}
    words |= {"ш": ("SCANNED", 3), "iу": ("SCANNED", 4), "lv": ("SCANNED", 4)}
    words |= {"однажды": ("TWICE", 1), "дважды": ("TWICE", 2), "трижды": ("TWICE", 3)}
    for weekday, row in enumerate(_WEEKDAYS):
        words |= dict.fromkeys(row.split(), ("WEEKDAY", weekday))
    for number, stem in enumerate(_DAY_TERMS, start=1):
        words |= dict.fromkeys((f"{stem}дневный", f"{stem}дневного"), ("NDAY", number))
    for number, stem in ((1, ""), (2, "двух"), (3, "трех")):
        words |= dict.fromkeys((f"{stem}недельный", f"{stem}недельного"), ("NDAY", 7 * number))
    for number, stem in MONTH_TERMS.items():
        words |= dict.fromkeys((f"{stem}месячный", f"{stem}месячного"), ("NMONTH", number))
    words |= {word: (terminal, word) for terminal, row in _PLAIN.items() for word in row.split()}
    for terminal, values in _VALUED.items():
        words |= {word: (terminal, value) for value, row in values.items() for word in row.split()}
    return words
