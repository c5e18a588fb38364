"""Words of people stand in a card letter for letter, whatever signs are in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from roadmap.language.markdown import WORD_JOINER, no_markup

HOSTILE = (
    "![](https://evil.example/pixel.png)",
    "[Открыть документ](https://evil.example)",
    "[Открыть][1]",
    "<img src=https://evil.example/x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<https://evil.example>",
    "https://evil.example и www.evil.example, пишите HTTP://EVIL.example",
    "секретарь@evil.example",
    "# Заголовок",
    "текст\n# Заголовок\n\n---\n- список\n> цитата",
    "a | b | **c**",
    "`код` ```",
    "~~зачёркнуто~~ и __жирно__ и \\*не жирно\\*",
    "&lt;b&gt; &#58; &copy;",
    "[^1] [x]: https://evil.example",
    "=====",
    "1. пункт",
    "\u202eексйуР",
)


def inline(markdown: str) -> list[Token]:
    """Every token of the words themselves."""
    found = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    return [child for token in found for child in token.children or ()]


def shown(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens).replace(WORD_JOINER, "")


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_becomes_markup_wherever_it_stands(words: str) -> None:
    plain = " ".join(words.replace("\u202e", "").split())
    for before, after in (("", ""), ("### ", ""), ("> **Решение не принято:** ", ""), ("- **Отвечает:** ", "")):
        parsed = MarkdownIt("commonmark", {"html": True}).parse(f"{before}{no_markup(words)}{after}")
        blocks = {token.type.removesuffix("_open") for token in parsed if token.type.endswith("_open")}
        assert blocks <= {"paragraph", "heading", "blockquote", "bullet_list", "list_item"}
        assert ("heading" in blocks) is (before == "### ")
        tokens = [one for one in inline(f"{before}{no_markup(words)}{after}") if one.type != "text"]
        assert {one.type for one in tokens} <= {"strong_open", "strong_close", "text_special"}
    row = inline(f"| а | б |\n|---|---|\n| {no_markup(words)} | конец |")
    assert shown(row) == f"аб{plain}конец"


def test_no_page_makes_a_link_of_an_address() -> None:
    said = no_markup("https://evil.example www.evil.example a@evil.example ftp://evil.example")
    assert not any(link in said for link in ("https://", "www.e", "@evil", "ftp://"))
    assert said.replace(WORD_JOINER, "") == "https://evil.example www.evil.example a@evil.example ftp://evil.example"


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=40))
def test_what_is_read_is_what_was_written(words: str) -> None:
    assert shown(inline(f"| {no_markup(words)}. |\n|---|")).strip() == f"{' '.join(words.split())}.".strip()


def test_words_without_signs_stay_as_they_are() -> None:
    words = "Приказ Минобра от 13.08.2021 № 2625, п. 1.2 (ред. «от 01.09») — 50 %"
    assert no_markup(words) == words
