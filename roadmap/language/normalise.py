"""Words as they are compared: one folding for all, variants where what is compared differs, each saying how. Pure."""

import re

_WORD = re.compile(r"[^\W_]+")
_HYPHENED = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_UNSIGNED = re.compile(r"[^\w№/%]+")
_QUOTES = re.compile(r"[«»\"„“”'`]")
_DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")

_BASE = dict(zip("абвгдезийклмнопрстуфхцыэъь", [*"abvgdeziyklmnoprstufhcye", "", ""], strict=True))
#: Codes of roadmaps and bodies that a draft proposes.
DRAFTS = _BASE | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"}
#: Codes of municipalities, as in a passport. Both kinds are stored and stay for ever, so neither table can change.
PASSPORT = DRAFTS | {"й": "i", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "ie", "ю": "iu", "я": "ia"}


def fold(text: str) -> str:
    """Small letters, «е» for «ё»; nothing else changes."""
    return text.casefold().replace("ё", "е")


def words(text: str) -> list[str]:
    """The folded words, without punctuation: «Форсайт-сессия» is two."""
    return _WORD.findall(fold(text))


def plain(text: str) -> str:
    """The folded words with single blanks between them."""
    return " ".join(words(text))


def plain_with_hyphens(text: str) -> str:
    """The same, but «форсайт-сессия» stays one word: bodies and duties are told apart by whole words."""
    return " ".join(_HYPHENED.findall(fold(text)))


def plain_with_signs(text: str) -> str:
    """The same, but «№», «/» and «%» stay: they tell cells of a document apart."""
    return " ".join(_UNSIGNED.sub(" ", fold(text)).split())


def one_line(text: str) -> str:
    """Folded, single blanks, punctuation kept: what a person types to find somebody by post or name."""
    return " ".join(fold(text).split())


def even(text: str) -> str:
    """Without what no edition means: case, ё, quotes, the kind of dash, blanks and the stop at the end."""
    return " ".join(_DASH.sub("-", _QUOTES.sub("", fold(text))).split()).rstrip(" .;,")


def code_of(name: str, letters: dict[str, str], *, longest: int) -> str:
    """A code in Latin letters, digits and hyphens; empty where the name has neither letters nor digits."""
    latin = "".join(letters.get(letter, letter) for letter in fold(name))
    return re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:longest].strip("-")


_LATIN_TWINS = "ABCEHKMOPTXYaceopxyk"
_TWINS = str.maketrans(_LATIN_TWINS, "АВСЕНКМОРТХУасеорхук")
_MIXED = re.compile(r"\w*(?:[а-яёА-ЯЁ][A-Za-z]|[A-Za-z][а-яёА-ЯЁ])\w*")
_TWINS_ONLY = re.compile(rf"(?<!\w)[{_LATIN_TWINS}]{{2,}}(?!\w)")


def in_cyrillic(text: str, *, whole: bool = False) -> str:
    """Words of mixed letters with the Latin twins as Russian ones: «Cрок»; a word with any other Latin letter stays.

    ``whole``: also words of nothing but twins, where nothing foreign is to be expected.
    """
    if text.isascii() and not whole:
        return text
    out = _MIXED.sub(lambda found: _cyrillic(found[0]), text)
    return _TWINS_ONLY.sub(lambda found: found[0].translate(_TWINS), out) if whole else out


def _cyrillic(word: str) -> str:
    turned = word.translate(_TWINS)
    return word if re.search(r"[A-Za-z]", turned) else turned
