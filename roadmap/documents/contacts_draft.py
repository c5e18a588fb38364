"""A blank contacts.yaml beside the draft: every body with a place for its official, and where the document names it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from roadmap.documents.draft import PARTS, drafted
from roadmap.documents.importer import Found

_HEAD = (
    "Кто за какой орган отвечает и как ему писать: впишите должность и адрес, имя и телефон — если нужны.",
    "Запись, в которой нет ни адреса, ни имени, ни телефона, не действует: заполнять можно по частям.",
    "Код дорожной карты и коды органов — те же, что в черновике. Применить после vekha load: vekha contacts ФАЙЛ",
)
_PLACES_SHOWN = 3


def contacts_draft(found: Found) -> str:
    """The YAML text: addresses empty, posts only where the document names a post; a comment says where a body stands.

    As it is it changes nothing: ``roadmap.catalogue.contacts`` reads past what is not filled in.
    """
    data = drafted(found)
    controller = data.get("controller", {})
    lines = [*(f"# {line}" for line in _HEAD), "", f"{data['code']}:"]
    lines += _official(
        "  coordinator:", "    ", post="", comment="ведёт дорожную карту; его телефон — под каждым письмом"
    )
    comment = f"контроль: {controller['source']['place']}" if controller else "контроль за исполнением"
    lines += _official("  controller:", "    ", post=controller.get("post", ""), comment=comment)
    lines.append("  bodies:")
    named = _named(data)
    posts = {body.code: body.name for body in found.bodies.all if body.kind == "post"}
    for body in data["bodies"]:
        lines.append(f"    {body['code']}:  # {_one_line(body['name'])}; {_where(named[body['code']])}")
        lines += _official("      -", "        ", post=posts.get(body["code"], ""), comment="")
    return "\n".join([*lines, ""])


def _official(head: str, indent: str, *, post: str, comment: str) -> Iterator[str]:
    """A mapping with nothing but the post filled in; ``head`` is its key, or the dash of a list."""
    first, *rest = (
        f"post: {json.dumps(_one_line(post), ensure_ascii=False)}",
        'name: ""',
        'phone: ""',
        'channels: [{kind: email, address: ""}]',
    )
    if head.endswith("-"):
        yield f"{head} {first}"
    else:
        yield f"{head}  # {_one_line(comment)}"
        yield indent + first
    yield from (indent + line for line in rest)


def _named(data: dict[str, Any]) -> dict[str, list[str]]:
    """The places that make a body answer, by its code; those of co-executors after those of owners."""
    owned, shared = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for part, _ in PARTS:
        for item in data[part]:
            place = f"{item['number'] or item['code']} ({item['source']['place']})"
            owned[item["owner"]].append(f"отвечает: {place}")
            for code in item.get("co_executors", ()):
                shared[code].append(f"участвует: {place}")
    return defaultdict(list, {code: owned[code] + shared[code] for code in owned.keys() | shared.keys()})


def _where(places: list[str]) -> str:
    more = len(places) - _PLACES_SHOWN
    shown = "; ".join(places[:_PLACES_SHOWN]) or "ни один пункт его не называет"
    return _one_line(f"{shown} и ещё {more}" if more > 0 else shown)


def _one_line(words: str) -> str:
    return " ".join(words.split())
