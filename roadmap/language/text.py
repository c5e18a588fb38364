"""How Russian is written wherever people read it: plurals, days, how a sentence ends, how a long name is cut. Pure."""

import re
from datetime import date

NBSP = "\u00a0"
LONGEST_TITLE = 60
_DOUBLED = re.compile(r"(?<!\.)\.\s?\.(?!\.)")
_AFTER_MARK = re.compile(r"([!?…])\.")
#: What does not stand before «…» where a title is cut.
BEFORE_CUT = " \u00a0,.;:—–-(«"
_STOPS = (".", "!", "?", "…")


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form of a noun after a number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    n = abs(n)
    if n % 100 in range(11, 15):
        return many
    return one if n % 10 == 1 else few if n % 10 in (2, 3, 4) else many


def counted(n: int, one: str, few: str, many: str) -> str:
    """«5 дней»: the number with the right form of the noun."""
    return f"{n} {plural(n, one, few, many)}"


def in_days(n: int) -> str:
    """«5 дней»."""
    return counted(n, "день", "дня", "дней")


def in_working_days(n: int) -> str:
    """«41 рабочий день»."""
    return counted(n, "рабочий день", "рабочих дня", "рабочих дней")


def numbered(number: str, title: str, *, stop: str = ".") -> str:
    """«1.1.3. Название», «разд. 2, п. 12: Название»; the title alone where nothing is printed before it.

    ``stop``: after a bare number; pages and the names in Prefect have none.
    """
    if not number or number == "—":
        return title
    bare = number.rstrip(".")
    return f"{bare}{stop if number[0].isdigit() else ':'} {title}"


def cited(number: str, title: str = "") -> str:
    """«п. 1.1.3», «разд. 2, п. 12»; the title in quotes where nothing is printed before the item."""
    if not number or number == "—":
        return f"«{title}»" if title else ""
    return f"п. {number.rstrip('.')}" if number[0].isdigit() else number


ON_PAGE = " (страница)"
"""Stands after the post of one who acted on a page of ours, in the words of who did it."""


def post_of(actor: str) -> str:
    """«Ректор» of «Ректор (страница)»: people need not know by which way somebody came."""
    return actor.removesuffix(ON_PAGE)


def day(value: date | None) -> str:
    """«31.05.2027», or a dash."""
    return f"{value:%d.%m.%Y}" if value else "—"


def capitalize_first(words: str) -> str:
    """«перенос срока» → «Перенос срока»; the rest stays as it is."""
    return words[:1].upper() + words[1:]


def ended(*parts: str) -> str:
    """Parts one after another, with one stop at the end: «за III квартал 2026 г.» and «п. п.» bring theirs along.

    Empty without words.
    """
    said = " ".join(part.strip() for part in parts if part.strip())
    said = _AFTER_MARK.sub(r"\1", _DOUBLED.sub(".", said))
    return said if not said or said.endswith(_STOPS) else f"{said}."


def brief(title: str, longest: int = LONGEST_TITLE) -> str:
    """A title on one line, cut at the end of a word: «Разработка и утверждение…»."""
    title = " ".join(title.split())
    if len(title) <= longest:
        return title
    cut = title[: longest - 1]
    # A single long word is cut within.
    whole = cut.rpartition(" ")[0] if " " in cut and title[longest - 1] != " " else cut
    return f"{whole.rstrip(BEFORE_CUT)}…"


def brief_item(item: str, longest: int = LONGEST_TITLE) -> str:
    """An item of a roadmap by its number, with the title cut: «2.3 Разработка…»."""
    number, _, title = item.partition(" ")
    if title and any(sign.isdigit() for sign in number):
        return f"{number}{NBSP}{brief(title, longest)}"
    return brief(item, longest)


#: Items that stand under no section of the document.
OUTSIDE_SECTIONS = "Вне разделов"


def section_words(section: str) -> str:
    """How a section is shown, chosen and linked to, on every page and paper."""
    return section or OUTSIDE_SECTIONS
