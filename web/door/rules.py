"""What may pass the door: reading by whoever is logged in, changes by a coordinator, from our own pages only."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.prefect.names import PERSON_LABEL, PERSON_MARK

API = "/api"
#: The ends of Prefect's addresses that are asked by POST and change nothing: a filter does not fit into an address.
_ASKS = re.compile(
    rf"{API}/(?:[^/]+/)*(?:filter|count|count-by/[^/]+|count-[\w-]+|counts|history|lateness|paginate|next-runs|validate)"
)
_RESUMES = re.compile(rf"{API}/flow_runs/[0-9a-f-]{{36}}/resume")
_STARTS = re.compile(rf"{API}/deployments/[0-9a-f-]{{36}}/create_flow_run")
_FOR_PROGRAMS = re.compile(rf"{API}/(?:flow_runs|flow_runs/[^/]+/input(?:/.*)?|deployments/[^/]+/create_flow_run/bulk)")
SOCKETS = (f"{API}/events/out", f"{API}/logs/out")
"""Where Prefect's pages listen to what happens; the others are for workers."""
SECRETS = "include_secrets"
"""Asks for the secrets of blocks in plain words: nobody needs them on a page."""

#: What is done in Prefect, as the record says it; the first that fits. An answer is recorded by who carries it out.
_DEEDS = (
    (r"POST .*/flow_runs/[^/]+/resume", ""),
    (r"POST .*/create_flow_run(/bulk)?", "запуск начат вручную"),
    (r"POST .*/set_state|POST .*/bulk_set_state", "состояние запуска изменено"),
    (r"DELETE .*/flow_runs/.*|POST .*/flow_runs/bulk_delete", "запуск удалён"),
    (r"DELETE .*/deployments/[^/]+|POST .*/deployments/bulk_delete", "развёртывание удалено"),
    (r"POST .*/pause_deployment", "развёртывание приостановлено"),
    (r"POST .*/resume_deployment", "развёртывание снова включено"),
    (r".* .*/schedules?(/.*)?", "расписание изменено"),
    (r".* .*/work_pools/.*|.* .*/work_queues/.*", "изменён пул исполнителей"),
)


def is_reading(method: str, path: str) -> bool:
    """Whether a request changes nothing; ``path`` begins with ``/api`` for the API, all else are files of pages."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    return method == "POST" and _ASKS.fullmatch(path.rstrip("/")) is not None


def is_for_programs(method: str, path: str) -> bool:
    """Whether no page of Prefect's asks so: an answer or a run that is written past the form says who it likes."""
    is_known = _FOR_PROGRAMS.fullmatch(path.rstrip("/")) is not None
    return is_known and not is_reading(method, path)


def plain_path(uri: str) -> str:
    """The path that a proxy's server will see, however it was written: «%2e», «//» and «..» mean nothing else here."""
    path = unquote(uri.partition("?")[0].partition("#")[0])
    return re.sub("/+", "/", posixpath.normpath(path)) if path else ""


def is_from_us(origin: str | None, host: str | None, public_url: str) -> bool:
    """Whether a page of ours sent it: a browser says so of everything that is no plain reading, and of sockets."""
    try:
        netloc = urlsplit(origin or "").netloc
    except ValueError:
        return False
    return bool(netloc) and netloc in (host, urlsplit(public_url).netloc)


def wants_person(method: str, path: str) -> bool:
    """Whether the body is one that must say who sends it, or that must not ask for secrets."""
    plain = path.rstrip("/")
    known = _RESUMES.fullmatch(plain) or _STARTS.fullmatch(plain) or plain == f"{API}/block_documents/filter"
    return method == "POST" and bool(known)


def with_person(path: str, body: Mapping[str, Any], person: str) -> dict[str, Any]:
    """The body of such a request as it goes on: an answer and a new run carry the person, whatever they said before."""
    plain = path.rstrip("/")
    if plain == f"{API}/block_documents/filter":
        return {**body, SECRETS: False}
    if _STARTS.fullmatch(plain):
        labels = body.get("labels")
        return {**body, "labels": {**(labels if isinstance(labels, dict) else {}), PERSON_LABEL: person}}
    answer = body.get("run_input")
    if not isinstance(answer, dict):
        return dict(body)
    ground = str(answer.get("reason") or "").replace(PERSON_MARK, "")
    return {**body, "run_input": {**answer, "reason": f"{ground}{PERSON_MARK}{person}"}}


def deed(method: str, path: str) -> str:
    """What a change is called in the record; empty where it does not stand there by itself."""
    said = f"{method} {path.rstrip('/')}"
    return next((words for pattern, words in _DEEDS if re.fullmatch(pattern, said)), "настройки Prefect изменены")
