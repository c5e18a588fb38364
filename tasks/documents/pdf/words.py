"""Words of a PDF that stand on two lines: torn by a narrow cell, parted by a hyphen; whole ones are never joined.

A PDF has lines and no paragraphs. What the document itself spells whole elsewhere decides; where it says nothing, what
no Russian word looks like.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from roadmap.documents.neutral import clean

LINE, FULL = "\n", "\u2028"
"""What parts two lines of a text; ``FULL`` after one that reaches the right edge, where a word may be torn."""
_MARKS = re.compile(f"([{LINE}{FULL}])")
_WORD = re.compile(r"[а-яёa-z]+(?:-[а-яёa-z]+)*", re.IGNORECASE)
_LAST = re.compile(r"[а-яё]+$", re.IGNORECASE)
_LONE = re.compile(r"[«(\"]?[а-яё-]+$", re.IGNORECASE)
_FIRST = re.compile(r"[а-яё]+")
_IMPOSSIBLE = re.compile(r"[ьъы]|нн")
_HYPHEN = re.compile(r"(?<=[а-яё])[-‐]$", re.IGNORECASE)
_COMPOUND = re.compile(r"(?:[нсктвлжд][нк]о|ско|во)$")
_CASES = r"(?:[ыио]й|[ая]я|[ое]е|[ыи]е|[ое]го|[ое]му|[ыи]м|[ыи]х|[ую]ю|[ое]м|[ыи]ми|ей)"
_ADJECTIVE = re.compile(rf"{_CASES}$")
#: Endings that are no words by themselves.
_ENDING = re.compile(
    rf"(?:(?:и?че|[еио])?ск{_CASES}|т?ельн{_CASES}|(?:ов|ев)?[ае]?ни(?:е|я|ю|й|ем|ям|ями|ях|и)|н?ост(?:ь|и|ью|ей|ям|ях)"
    r"|ств(?:о|а|у|е|ом|ам|ами|ах)|тел(?:ь|я|ю|ем|и|ей|ям|ями|ях)|[аиу]?ци(?:я|и|ю|ей|й|ям|ями|ях))$"
)
_MONTHS = """
январь января январе февраль февраля феврале март марта марте апрель апреля апреле май мая мае июнь июня июне
июль июля июле август августа августе сентябрь сентября сентябре октябрь октября октябре ноябрь ноября ноябре
декабрь декабря декабре
"""
_SHORT_WORDS = """
а в и к о с у я во да до за из ко на не ни но об от по со то бы ли же их ей ею ее её им ил ту та те мы он вы
для при про под над без или что как так это эта эту эти тех тем том той тот все всё вся всю его них ним нет был
она они оно еще ещё уже чем кто где мне нам вам год дня дни дне раз лет мер мая май мае час сад дом зам акт дел вуз
вид ряд род суд мир лес газ цех вес зал дар дню чел шт экз руб тыс млн кв стр пп ст др пр гг км га см тп ул пос рай
обл мин сек пед мед соц гос спо дпо ано гбу мку мбу имц рмо гмо шмо кв чет пн вт ср чт пт сб вс
"""
_SHORT = frozenset(_SHORT_WORDS.split())
"""Words of one to three letters: any other piece as short is no word."""
_CONJUNCTIONS = ("и", "или", "а")
LONGEST_PIECE = 3
FEWEST_LETTERS = 4


class Speller:
    """Joins lines by the words that stand whole in the texts of one document, lines parted by the marks."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = set(_MONTHS.split())
        for text in texts:
            known.update(_whole_words(text))
        self._known = known
        self._ordered = sorted(known)

    def joined(self, text: str) -> str:
        """The text as one line."""
        first, *rest = _MARKS.split(text)
        whole, last = first, first
        for mark, line in zip(rest[::2], rest[1::2], strict=True):
            whole = self._glued(whole.rstrip(), line.lstrip(), may_be_torn=mark == FULL and bool(_LONE.match(last)))
            last = line.strip()
        return clean(whole)

    def _glued(self, before: str, after: str, *, may_be_torn: bool) -> str:
        if before.endswith("\xad"):
            return before[:-1] + after
        if _HYPHEN.search(before) and after[:1].isalpha():
            return self._hyphenated(before, after)
        goes_on = re.match(r"-[а-яё]", after) and before[-1:].isalpha()
        if goes_on or (may_be_torn and self._is_torn(before, after)):
            return before + after
        return f"{before} {after}"

    def _hyphenated(self, before: str, after: str) -> str:
        """«обра-» and «зования» are a word, «гуманитарно-» and «технологический» two, «видео-» and «и» stay."""
        a, b = _last(before[:-1]), _first(after)
        if not b or after[0].isupper():
            return before + after
        if b in _CONJUNCTIONS:
            return f"{before} {after}"
        if a + b in self._known:
            return before[:-1] + after
        both = len(a) > LONGEST_PIECE - 1 and a in self._known and b in self._known
        whole = _WORD.match(after.casefold())
        if both or (_COMPOUND.search(a) and whole and _ADJECTIVE.search(whole[0])):
            return before + after
        return before[:-1] + after

    def _is_torn(self, before: str, after: str) -> bool:
        """Whether the beginning of a line is the rest of the word before it."""
        a, b = _last(before), _first(after)
        if not a or not b:
            return False
        if a + b in self._known:
            return not (a in self._known and b in self._known)
        if _IMPOSSIBLE.match(b) or _ENDING.match(b):
            return True
        if len(a) <= LONGEST_PIECE and a not in _SHORT and a not in self._known:
            return True
        if len(a) < FEWEST_LETTERS or b in self._known:
            return False
        if len(b) <= LONGEST_PIECE and b not in _SHORT and not after[len(b) :].startswith("."):
            return True
        return a not in self._known and any(word[len(a) :].startswith(b[:2]) for word in self._beginning_with(a))

    def _beginning_with(self, piece: str) -> Iterator[str]:
        for word in self._ordered[bisect_left(self._ordered, piece) :]:
            if not word.startswith(piece):
                return
            yield word


def _last(text: str) -> str:
    found = _LAST.search(text)
    return found[0].casefold() if found else ""


def _first(text: str) -> str:
    found = _FIRST.match(text)
    return found[0] if found else ""


def _whole_words(text: str) -> Iterator[str]:
    """The words that surely are whole: not those on both sides of a line's end where a word may be parted."""
    lines = _MARKS.split(text)[::2]
    for n, line in enumerate(lines):
        words = _WORD.findall(line.casefold())
        after_break = n > 0 and (_LONE.match(lines[n - 1].strip()) or _HYPHEN.search(lines[n - 1].rstrip()))
        before_break = n + 1 < len(lines) and (_LONE.match(line.strip()) or _HYPHEN.search(line.rstrip()))
        start = 1 if after_break else 0
        for word in words[start : len(words) - (1 if before_break else 0)]:
            yield from (word, *word.split("-"))
