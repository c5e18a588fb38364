import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Catalogue
from tests.places import GOLD, SEEDS, needs_shared

GOLD_NAMES = {"moscow": "moscow-oblast"}
SHORTEST_PIECE = 8
TORN = {
    "moscow-oblast": {
        "p4.1.2.title",  # one introductory line serves two addressees
        *("1.1.1.responsible", "1.1.2.executors", "1.1.5.responsible", "1.4.3.executors"),
        *("1.4.3.title", "1.4.3.result", "2.2.2.title", "2.4.1.title", "3.5.3.title", "3.5.9.title"),
        *(f"3.2.{n}.group" for n in range(1, 6)),
    },
    "surgut": {"4.title", "4.result"},
}
"""Cells that a page break tears; everything else stands in the document in one piece."""

pytestmark = needs_shared


def squeezed(words: str) -> str:
    return re.sub(r"\s|</?p>|\*", "", words)


def lines_of(system: Catalogue) -> list[str]:
    text = (SEEDS / system.act.document).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not re.fullmatch(r"[\d\s-]*\t[\d\s-]*", line)]
    return [line.removeprefix("- ") for line in lines]


def stands_torn_in(document: str, words: str) -> bool:
    """In two pieces, neither of them so short that it would be found anywhere."""
    sought = squeezed(words)
    cuts = range(SHORTEST_PIECE, len(sought) - SHORTEST_PIECE + 1)
    return any(sought[:cut] in document and sought[cut:] in document for cut in cuts)


def facts(system: Catalogue) -> Iterator[tuple[str, str]]:
    yield "act.title", system.act.title
    for definition in system.definitions:
        yield f"definition of {definition.term}", definition.term
        yield f"definition of {definition.term}", definition.meaning
    for section in system.sections:
        yield f"section {section.code}", section.title
    for _, item in system.duties_by_origin():
        for field in ("group", "title", "responsible", "executors", "term", "result"):
            yield f"{item.code}.{field}", getattr(item, field)
    for indicator in system.indicators:
        for field in ("title", "words", "method"):
            yield f"indicator {indicator.code}.{field}", getattr(indicator, field)


@pytest.mark.parametrize("code", built_in_codes())
def test_every_word_of_a_system_stands_in_its_document(code: str) -> None:
    system = built_in(code)
    document = squeezed("\n".join(lines_of(system)))

    apart = {place: words for place, words in facts(system) if squeezed(words) not in document}

    assert set(apart) == TORN.get(code, set())
    assert [place for place, words in apart.items() if not stands_torn_in(document, words)] == []


@pytest.mark.parametrize("code", built_in_codes())
def test_the_title_of_a_system_is_the_heading_of_its_document(code: str) -> None:
    system = built_in(code)

    assert squeezed(system.title).casefold() in squeezed("\n".join(lines_of(system))).casefold()


@pytest.mark.parametrize("code", built_in_codes())
def test_every_body_is_named_in_the_document(code: str) -> None:
    system = built_in(code)
    document = squeezed("\n".join(lines_of(system))).casefold()

    unnamed = [
        body.code
        for body in system.bodies
        if not any(squeezed(name).casefold() in document for name in (body.name, body.short, *body.aliases))
    ]
    assert unnamed == []


@pytest.mark.parametrize("code", ["moscow-oblast", "krasnodar", "surgut"])
def test_every_cell_of_the_document_s_tables_is_in_the_system(code: str) -> None:
    system = built_in(code)
    words = "\n".join(squeezed(words) for _, words in facts(system))
    codes = {indicator.code for indicator in system.indicators} | {item.number for item in system.items}
    codes |= {item.code.rpartition(".")[0] for item in system.items}
    rows = [line.split("\t") for line in lines_of(system) if "\t" in line and not line.startswith("№")]
    headings = {cell for row in rows for cell in row if not any(row[1:]) and cell.startswith("Показатели")}

    lost = [cell for row in rows for cell in row if cell not in headings | codes and squeezed(cell) not in words]

    assert len(rows) >= len(system.items)
    assert lost == []


@pytest.mark.parametrize("code", ["moscow-oblast", "krasnodar", "surgut"])
def test_items_stand_in_the_order_of_the_document(code: str) -> None:
    system = built_in(code)
    table = "\n".join(line for line in lines_of(system) if "\t" in line)
    found = 0
    for item in system.items:
        found = squeezed(table).index(squeezed(item.title)[:20], found) + 1


def gold(code: str) -> list[dict[str, Any]]:
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return [term for term in map(json.loads, lines) if GOLD_NAMES.get(term["doc"], term["doc"]) == code]


@pytest.mark.parametrize("code", built_in_codes())
def test_terms_of_the_table_and_of_the_directives_are_those_of_the_document_in_order(code: str) -> None:
    system = built_in(code)
    in_table = [term["text"] for term in gold(code) if isinstance(term["n"], int)]
    elsewhere = [term["text"] for term in gold(code) if isinstance(term["n"], str)]

    assert [item.term for item in system.items] == in_table
    if system.directives:
        assert [item.term for item in system.directives if item.term] == elsewhere
    else:
        assert set(elsewhere) <= {item.term for item in system.duties}


@pytest.mark.parametrize("code", built_in_codes())
def test_the_period_is_that_of_the_document(code: str) -> None:
    period = built_in(code).period

    assert {tuple(term["period"]) for term in gold(code)} == {(period.start.isoformat(), period.end.isoformat())}
