"""The parties of an item's process are bodies of the catalogue, one each."""

from typing import Any

import pytest
from pydantic import ValidationError

from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Body, Catalogue, Item
from roadmap.catalogue.validation import inconsistencies


def catalogue(parties: Any) -> Catalogue:
    known = built_in("surgut")
    group = Body(code="group", name="Группа", short="Группа", level="municipal", members=(known.bodies[0].code,))
    item = known.items[0].model_copy(update={"parties": parties})
    changes = {"items": (item, *known.items[1:]), "bodies": (*known.bodies, group)}
    return known.model_copy(update=changes)


def test_a_party_may_be_any_body_of_the_catalogue() -> None:
    body = built_in("surgut").bodies[0].code
    assert list(inconsistencies(catalogue({"ministry": body, "legal": body}))) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param("nobody", "поле parties.ministry: нет органа с кодом «nobody»", id="a body that is not there"),
        pytest.param("group", "поле parties.ministry: «group» — группа", id="a group holds no ball"),
    ],
)
def test_a_party_that_is_no_single_body_is_refused(body: str, words: str) -> None:
    (line,) = inconsistencies(catalogue({"ministry": body}))
    assert words in line


def test_a_party_that_no_process_knows_is_refused() -> None:
    entry = built_in("surgut").items[0].model_dump() | {"parties": {"parliament": "x"}}
    with pytest.raises(ValidationError, match="parties"):
        Item.model_validate(entry)
