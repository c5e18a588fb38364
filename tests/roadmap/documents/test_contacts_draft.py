"""The blank contacts.yaml beside a draft: every body stands in it, and as it is it changes nothing."""

from pathlib import Path

import yaml

from roadmap.catalogue.contacts import filled_in
from roadmap.catalogue.yaml import read_yaml
from roadmap.documents.contacts_draft import contacts_draft
from roadmap.documents.draft import drafted
from roadmap.documents.importer import find
from roadmap.documents.plain_text import from_text
from tasks.people.contacts import read_contacts
from tests.roadmap.documents.order import ORDER

FOUND = find(from_text(ORDER.replace("16\tинститут", "16\tДиректор школы, институт"), "order.txt"))
TEXT = contacts_draft(FOUND)
LATER = TEXT.partition("  bodies:")[2]


def test_every_body_has_a_place_and_a_comment_where_it_is_named() -> None:
    (contacts,) = yaml.safe_load(TEXT).values()
    assert set(contacts["bodies"]) == {body["code"] for body in drafted(FOUND)["bodies"]}
    assert "    institut:  # институт; отвечает: 1 (строка 10); участвует: 3 (строка 12)" in LATER.splitlines()


def test_only_a_post_that_the_document_names_is_filled_in() -> None:
    (contacts,) = yaml.safe_load(TEXT).values()
    posts = {code: officials[0]["post"] for code, officials in contacts["bodies"].items()}
    assert posts["direktor-shkoly"] == "Директор школы"
    assert posts["institut"] == ""


def test_a_blank_changes_nothing_and_one_official_alone_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert filled_in(read_yaml(TEXT)) == {}
    assert read_contacts(path).root == {}
    path.write_text(_with_address(TEXT, "Директор школы", "director@example.org"), encoding="utf-8")
    (contacts,) = read_contacts(path).root.values()
    assert contacts.coordinator is None
    assert {code: [one.post for one in officials] for code, officials in contacts.bodies.items()} == {
        "direktor-shkoly": ["Директор школы"]
    }


def _with_address(text: str, post: str, address: str) -> str:
    head, _, tail = text.partition(f'"{post}"')
    return f'{head}"{post}"' + tail.replace('address: ""', f"address: {address}", 1)
