"""How sentences of the note and of recommendations end, and how long names are cut. Pure."""

import re

LONGEST_TITLE = 60
_DOUBLED = re.compile(r"(?<!\.)\.\s?\.(?!\.)")
_AFTER_MARK = re.compile(r"([!?…])\.")
#: What does not stand before «…» where a title is cut.
BEFORE_CUT = " \u00a0,.;:—–-(«"
_STOPS = (".", "!", "?", "…")


def ended(*parts: str) -> str:
    """Parts one after another, with one stop at the end: «за III квартал 2026 г.» and «п. п.» bring theirs along.

    Empty without words.
    """
    said = " ".join(part.strip() for part in parts if part.strip())
    said = _AFTER_MARK.sub(r"\1", _DOUBLED.sub(".", said))
    return said if not said or said.endswith(_STOPS) else f"{said}."


def brief(title: str, longest: int = LONGEST_TITLE) -> str:
    """A title cut at the end of a word: «Разработка и утверждение…»."""
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
        return f"{number}\u00a0{brief(title, longest)}"
    return brief(item, longest)
