"""The document beside its draft: nothing is missing, nothing is of another class than the accounting says."""

from collections import Counter
from typing import Any

import pytest

from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import Document, Paragraph
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import asked_once
from roadmap.documents.review_form import review_of
from tests.places import SEEDS, needs_shared
from tests.roadmap.documents.order import ORDER


def reviewed(text: str) -> tuple[Document, Found, list[dict[str, Any]]]:
    document = from_text(text, "order.txt")
    found = find(document)
    return document, found, review_of(found, document)


def rows_of(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for block in blocks if block["kind"] == "table" for row in block["rows"]]


def test_each_row_says_what_became_of_it() -> None:
    _, found, blocks = reviewed(ORDER)
    asked = [one.question.words for one in asked_once(found.all_questions())]
    shown = [
        (row["became"]["class"], row["became"]["items"], [asked[n] for n in row["became"]["questions"]])
        for row in rows_of(blocks)
    ]
    assert shown == [
        ("header", [], ["Кабинет"]),
        ("item", ["1"], []),
        ("item", ["2"], ["к лету", "Форум"]),
        ("item", ["3"], ["к лету"]),
    ]


def test_a_directive_stands_at_its_paragraph_and_a_heading_says_why_it_is_none() -> None:
    text = "ПРИКАЗ\n\nот 12.01.2027 № 15\n\nПРИКАЗЫВАЮ:\n\n1. Отделу кадров подготовить отчёт до 1 марта 2027 г.\n"
    _, found, blocks = reviewed(text)
    (directive,) = (block for block in blocks if block["became"]["items"])
    assert directive["words"].startswith("1. Отделу кадров")
    assert directive["became"]["items"] == [found.items[0].code]
    assert blocks[0]["became"]["why"]


def test_a_page_with_many_paragraphs_tells_them_apart_by_their_words() -> None:
    document = from_text("ПРИКАЗЫВАЮ:\n\n1. Отделу кадров подготовить отчёт до 1 марта 2027 г.\n", "order.txt")
    texts = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    page = Document("order.pdf", tuple(Paragraph(text, "с. 1") for text in texts))
    blocks = review_of(find(page), page)
    assert [bool(block["became"]["items"]) for block in blocks] == [False, True]


@needs_shared
@pytest.mark.parametrize("code", built_in_codes())
def test_every_block_of_a_whole_document_is_there_with_its_class(code: str) -> None:
    document, found, blocks = reviewed((SEEDS / built_in(code).act.document).read_text(encoding="utf-8"))
    texts = Counter(block["became"]["class"] for block in blocks if block["kind"] == "paragraph")
    assert texts == +found.texts
    assert Counter(row["became"]["class"] for row in rows_of(blocks)) == +found.counts
    shown = {code for block in blocks if block["kind"] == "paragraph" for code in block["became"]["items"]}
    shown |= {code for row in rows_of(blocks) for code in row["became"]["items"]}
    assert shown == {entry.code for entry in found.items} | {indicator["code"] for indicator in found.indicators}
    assert len(blocks) == sum(1 for block in document.blocks if isinstance(block, Paragraph) or block.rows)
