"""The strict form of contacts.yaml. No secret stands in it: addresses name ``${VARIABLE}`` or ``prefect:block``."""

import re
from typing import Literal, Self
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


class Contacts(RootModel[dict[Code, RoadmapContacts]]):
    """The whole file: roadmap code → its contacts."""
