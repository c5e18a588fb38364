"""The strict form of contacts.yaml. No secret stands in it: addresses name ``${VARIABLE}`` or ``prefect:block``."""

import re
from typing import Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, RootModel, field_validator, model_validator

from roadmap.catalogue.schema import Code, Entry, Words

VARIABLE = r"\$\{[A-Z][A-Z0-9_]*\}"
REFERENCE = rf"(?:{VARIABLE}|prefect:[a-z0-9][a-z0-9-]*)"
EMAIL = r"[^@\s<>,;:${}]+@[^@\s<>,;:${}]+\.[^@\s<>,;:.${}]+"
TELEGRAM = rf"{REFERENCE}(?:/(?:-?\d+|@\w+|{REFERENCE}))?"
#: A gateway of one's own: host, port and path, no user, no parameters.
GATEWAY = r"(?:json|xml|form)s?://[\w.\-]+(?::\d+)?(?:/[\w.\-/]*)?"
PHONE = r"(?=(?:\D*\d){5,15}(?:\D|$))\+?[\d(][\d ()–-]{3,22}\d(?:,? (?:доб|вн)\. ?\d{1,6})?"
#: What may stand in plain beside references: chat numbers, and the host after «@».
NUMBERS = r"[/:,#-]*(?:\d{1,14}[/:,#-]*)*"
HOST = r"[\w.\-]+(?::\d+)?/?"


def holds_no_secret(url: str) -> bool:
    """Whether every part of an apprise address that could be a secret is a reference."""
    if re.fullmatch(REFERENCE, url) or re.fullmatch(GATEWAY, url):
        return True
    scheme, _, rest = url.partition("://")
    plain = re.sub(VARIABLE, "", rest)
    if not re.fullmatch(r"[a-z][a-z0-9+.\-]*", scheme) or plain == rest:
        return False
    user, at, host = plain.rpartition("@")
    if at:
        return not user.strip(":") and re.fullmatch(HOST, host) is not None
    return re.fullmatch(NUMBERS, plain) is not None


def is_own_variable(name: str) -> bool:
    """Whether a variable holds what Vekha itself lives by: no address is put together with one."""
    return name.upper().startswith(("VEKHA_", "PREFECT_"))


def own_variables(address: str) -> list[str]:
    """The variables in an address that are never put into one."""
    return [name for name in re.findall(r"\$\{(\w+)\}", address) if is_own_variable(name)]


class ChannelEntry(Entry):
    """One way to reach an official: e-mail, Telegram («${TOKEN}/123456») or an apprise address."""

    kind: Literal["email", "telegram", "url"]
    address: Words

    @model_validator(mode="after")
    def _holds_no_secret(self) -> Self:
        if self.kind == "email" and not re.fullmatch(EMAIL, self.address):
            raise ValueError(f"«{self.address}» — не адрес электронной почты вида имя@домен")
        if self.kind == "telegram" and not re.fullmatch(TELEGRAM, self.address):
            raise ValueError("адрес telegram пишется как ${ИМЯ_ПЕРЕМЕННОЙ}/номер чата, сам токен в файл не вносят")
        if self.kind == "url" and not holds_no_secret(self.address):
            raise ValueError(
                "адрес может содержать секрет — вынесите его в переменную окружения ${ИМЯ} или в блок prefect:имя-блока"
            )
        return self


class OfficialEntry(Entry):
    """A post, the person's name and zone where they are known, and the channels."""

    post: Words
    name: str = ""
    phone: str = ""
    """The coordinator's stands under every letter: whom to ring with a question."""
    zone: str | None = None
    """IANA zone of the office where it is not the roadmap's: letters keep to its hours."""
    channels: tuple[ChannelEntry, ...] = ()

    @field_validator("phone")
    @classmethod
    def _is_phone(cls, phone: str) -> str:
        words = " ".join(phone.split())
        if words and not re.fullmatch(PHONE, words):
            raise ValueError(f"«{words[:40]}» — не телефон, пример: +7 (861) 123-45-67, доб. 12")
        return words

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"часового пояса «{zone}» нет, пример: Asia/Yekaterinburg")
        return zone


class RoadmapContacts(Entry):
    """The contacts of one roadmap; the first official of a body is its lead."""

    coordinator: OfficialEntry | None = None
    controller: OfficialEntry | None = None
    bodies: dict[Code, tuple[OfficialEntry, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_a_post_once(self) -> Self:
        for code, officials in self.bodies.items():
            posts = [official.post for official in officials]
            if twice := [post for post in posts if posts.count(post) > 1]:
                raise ValueError(f"должность «{twice[0]}» у органа «{code}» названа дважды — оставьте одну запись")
        return self


def filled_in(data: dict[Any, Any]) -> dict[Any, Any]:
    """The contents of the file without what a blank one holds: entries with nothing but, at most, a post.

    Only an address that is written down empty makes an entry blank: one without channels says that there are none. A
    roadmap of blank entries alone is left out, so that nobody who is known already is switched off by it.
    """
    kept = {code: _filled_roadmap(entry) for code, entry in data.items()}
    return {code: entry for code, entry in kept.items() if entry or not data[code]}


def _filled_roadmap(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    filled: dict[Any, Any] = {}
    for field, value in entry.items():
        if field == "bodies" and isinstance(value, dict):
            bodies = {code: _filled_officials(officials) for code, officials in value.items()}
            if bodies := {code: officials for code, officials in bodies.items() if officials or not value[code]}:
                filled[field] = bodies
        elif not _is_blank(value):
            filled[field] = _with_addresses(value)
    return filled


def _filled_officials(officials: Any) -> Any:
    if not isinstance(officials, tuple):
        return officials
    return tuple(_with_addresses(official) for official in officials if not _is_blank(official))


def _is_blank(official: Any) -> bool:
    """Whether a person has yet to be named: an empty address, and neither name nor phone nor another address."""
    if not isinstance(official, dict) or not isinstance(channels := official.get("channels"), tuple):
        return False
    if not official.keys() <= OfficialEntry.model_fields.keys():
        return False
    no_address = bool(channels) and all(_has_no_address(channel) for channel in channels)
    return no_address and not any(official.get(field) for field in ("name", "phone"))


def _with_addresses(official: Any) -> Any:
    """The official without the channels whose address is yet to be filled in."""
    if not isinstance(official, dict) or not isinstance(channels := official.get("channels"), tuple):
        return official
    return official | {"channels": tuple(channel for channel in channels if not _has_no_address(channel))}


def _has_no_address(channel: Any) -> bool:
    return isinstance(channel, dict) and "address" in channel and not str(channel["address"] or "").strip()


class Contacts(RootModel[dict[Code, RoadmapContacts]]):
    """The whole file: roadmap code → its contacts."""
