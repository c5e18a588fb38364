"""Text → tree, with the words that stopped it where there is none."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.lexer import Lexer

from roadmap.terms.grammar.driving import END, Driver, UnexpectedTokenError
from roadmap.terms.grammar.nodes import Part, UnclearError
from roadmap.terms.grammar.normal import Token, tokens
from roadmap.terms.grammar.tree import Builder

Parsed = tuple[tuple[Part, ...], str | None]

# A roadmap repeats its phrases; longer texts are rarely deadlines and would only fill the memory.
CACHED_PHRASES, CACHED_LENGTH = 4096, 200
QUOTED_LENGTH = 160
_LINKS = {"SEP", "AND"}
_FORMS = {
    "DASH": "Непонятно место тире: «{}».",
    "CLOCK": "Такой даты нет, а время без дня — не срок: «{}».",
}


class _NoLexer(Lexer):
    """Lark only makes the table; the tokens come from normal.py."""

    __future_interface__ = 2

    def __init__(self, _: object) -> None: ...

    def lex(self, *_: object) -> Iterator[Any]:
        raise NotImplementedError


@lru_cache(maxsize=1)
def _grammar() -> Driver:
    text = files("roadmap.terms.grammar").joinpath("deadline.lark").read_text(encoding="utf-8")
    return Driver(Lark(text, parser="lalr", lexer=_NoLexer, transformer=Builder()))


def parse(text: str) -> Parsed:
    """The parts of a phrase, or no parts and the reason in Russian."""
    return _remembered(text) if len(text) <= CACHED_LENGTH else parse_afresh(text)


def parse_afresh(text: str) -> Parsed:
    """The same without the memory of earlier phrases."""
    try:
        parts: tuple[Part, ...] = _grammar().parse(tokens(text))
    except UnexpectedTokenError as error:
        return (), _refusal(text, error.token)
    except UnclearError as error:
        return (), str(error)
    return parts, None


_remembered = lru_cache(maxsize=CACHED_PHRASES)(parse_afresh)


def _refusal(text: str, token: Token) -> str:
    """Names the words left over, from the link before them («и далее») to the end."""
    if not text.strip():
        return "Срок не указан: пустая строка."
    if token.type == END:
        if any(piece.type in ("WORD", "OTHER", "ELLIPSIS") for piece in tokens(text)):
            return f"Не понято: «{_quoted(text)}»."
        return f"Срок назван не полностью: «{_quoted(text)}»."
    if token.type in _FORMS:
        return _FORMS[token.type].format(text[token.start_pos : token.end_pos])
    start = stopped = token.start_pos or 0
    for earlier in tokens(text):
        if earlier.start_pos == stopped:
            break
        if earlier.type not in _LINKS:
            start = stopped
        elif start == stopped:
            start = earlier.start_pos or 0
    return f"Не понято: «{_quoted(text[start:])}»."


def _quoted(words: str) -> str:
    words = words.strip(" ,;.") or words.strip()
    return words if len(words) <= QUOTED_LENGTH else f"{words[:QUOTED_LENGTH]}…"
