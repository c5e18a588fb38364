"""Contacts for a rehearsal copy: posts under example.org, so that no letter can reach a real official."""

from typing import Any

from roadmap.catalogue.schema import Catalogue, Controller


def training_contacts(catalogue: Catalogue) -> dict[str, Any]:
    """The contents of a ``contacts.yaml``: coordinator, controller, one official for each body with controlled work.

    ``{"roadmap": code, "coordinator": official, "controller": official, "bodies": {code: [official]}}``, an official
    being ``{"post": …, "channels": [{"kind": "email", "address": …}]}``. Members of a group that an item fans out to
    are bodies with work as well, and so are those that monitoring asks or is kept by. Where the document names no
    coordinator, the post is plainly «Координатор».
    """
    with_work = _bodies_with_work(catalogue)
    return {
        "roadmap": catalogue.code,
        "coordinator": _official(_post(catalogue.coordinator, "Координатор"), "coordinator", catalogue.code),
        "controller": _official(_post(catalogue.controller, "Контролирующий"), "controller", catalogue.code),
        "bodies": {
            body.code: [_official(f"Ответственный исполнитель ({body.short})", body.code, catalogue.code)]
            for body in catalogue.bodies
            if body.code in with_work
        },
    }


def _bodies_with_work(catalogue: Catalogue) -> frozenset[str]:
    members = {body.code: body.members for body in catalogue.bodies}
    controlled = [item for _, item in catalogue.duties_by_origin() if item.controlled]
    by = catalogue.monitoring_by
    asked = [code for entry in catalogue.indicators for code in entry.asked_of]
    return frozenset(
        code
        for item in controlled
        for code in (item.owner, *item.co_executors, *(members[item.fan_out] if item.fan_out else ()))
    ).union([by.body] if by else (), *((members[code] or (code,)) for code in asked))


def _post(named: Controller | None, otherwise: str) -> str:
    return named.post[0].upper() + named.post[1:] if named else otherwise


def _official(post: str, local_part: str, catalogue_code: str) -> dict[str, Any]:
    address = f"{local_part}@{catalogue_code}.example.org"
    return {"post": post, "channels": [{"kind": "email", "address": address}]}
