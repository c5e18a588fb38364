"""What people write is kept without names and addresses: those stand with the officials alone.

Wherever a text says the name or the address of somebody whom the table of officials knows, the number and the post are
kept in its place, in whatever case and order it is written. A surname alone is nobody's: see ``docs/personal_data.md``.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlmodel import Session, col, select

from models.tables.official import PHONE, Official

#: A name of one word is known where it is as long as this and written the same way.
SHORTEST = 5
LONGEST_ENDING = 4
"""Letters of a case: «Чижевск» + «ого», «Петров» + «ыми»."""
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\s<>()\[\],;«»\"'?&]+")
_PHONE_NUMBER = re.compile(r"(?<!\d)\+?\(?\d(?:[ \u00a0()–-]*\d){9,10}(?!\d)")
#: An underscore parts words: names of files have it.
EDGE = (r"(?<![^\W_])", r"(?![^\W_])")
_KEY = "known people"


@dataclass(frozen=True, slots=True)
class Author:
    """Who did something: the words the history keeps, and the number where it is somebody known."""

    words: str
    official_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Person:
    number: int
    post: str
    name: str

    @property
    def words(self) -> str:
        """«Ректор (№ 12)»."""
        return f"{self.post} (№ {self.number})"


@dataclass(slots=True)
class KnownPeople:
    """The names and addresses that no row but the officials' own may hold."""

    by_word: defaultdict[str, list[_Person]] = field(default_factory=lambda: defaultdict(list))
    by_address: dict[str, _Person] = field(default_factory=dict)
    by_phone: dict[str, _Person] = field(default_factory=dict)
    """By the last ten digits."""

    def add(self, person: _Person, addresses: Mapping[str, str]) -> None:
        """Know a person by name, addresses and telephone."""
        if phone := _digits(addresses.get(PHONE, "")):
            self.by_phone[phone] = person
        for word in {plain(stem(word)) for word in _WORD.findall(person.name) if len(word) > 2}:
            self.by_word[word].append(person)
        for place, address in addresses.items():
            if is_personal(address) and place != PHONE:
                self.by_address[address.casefold()] = person

    def names(self, text: str) -> bool:
        """Whether a text says one of the names or addresses."""
        return self.without(text) != text

    def without(self, text: str) -> str:
        """The text with the number and the post in place of names and addresses."""
        if self.by_address:
            text = _TOKEN.sub(self._address, text)
        if self.by_phone:
            text = _PHONE_NUMBER.sub(self._phone, text)
        for person in self._met(text) if self.by_word else ():
            text = name_pattern(person.name).sub(_said(person.words), text)
        return text

    def author(self, actor: str) -> Author:
        """Who is meant by the words of somebody who acts."""
        found = self.by_address.get(actor.strip().casefold())
        for person in self._met(actor) if found is None else ():
            if name_pattern(person.name).fullmatch(actor.strip()):
                return Author(person.post, person.number)
        return Author(found.post, found.number) if found else Author(self.without(actor))

    def _met(self, text: str) -> list[_Person]:
        """Whose names may be in a text: a word of it begins as a word of the name."""
        words = {plain(word) for word in _WORD.findall(text)}
        begun = {word[: len(word) - cut] for word in words for cut in range(LONGEST_ENDING + 1)}
        met = {one.number: one for word in begun for one in self.by_word.get(word, ())}
        return [met[number] for number in sorted(met)]

    def _phone(self, found: "re.Match[str]") -> str:
        person = self.by_phone.get(_digits(found.group()))
        return found.group() if person is None else person.words

    def _address(self, found: "re.Match[str]") -> str:
        token = found.group()
        person = self.by_address.get(token.casefold()) or self.by_address.get(token.rstrip(".:!").casefold())
        return token if person is None else person.words + token[len(token.rstrip(".:!")) :]


def known_people(session: Session) -> KnownPeople:
    """Read once in a unit of work."""
    known: KnownPeople | None = session.info.get(_KEY)
    if known is None:
        known = session.info[_KEY] = KnownPeople()
        with session.no_autoflush:
            columns = select(col(Official.id), col(Official.post), col(Official.name), col(Official.addresses))
            for number, post, name, addresses in session.exec(columns):
                if name or addresses:
                    known.add(_Person(number or 0, post, name), addresses)
    return known


def only(official: Official) -> KnownPeople:
    """What there is to know of one person."""
    known = KnownPeople()
    known.add(_Person(official.id or 0, official.post, official.name), official.addresses)
    return known


def without_names(session: Session, text: str) -> str:
    """The text as it may be kept outside the table of officials."""
    return known_people(session).without(text) if text else text


def _digits(phone: str) -> str:
    """The last ten digits of a telephone, without an extension; empty where it has fewer: many share those."""
    found = _PHONE_NUMBER.search(phone)
    return re.sub(r"\D", "", found.group())[-10:] if found else ""


def is_personal(address: str) -> bool:
    """Not a variable, nor a block with a secret: those say nothing of a person."""
    return bool(address) and "$" not in address and not address.startswith("prefect:")


def plain(words: str) -> str:
    """As names are compared."""
    return words.casefold().replace("ё", "е")


@lru_cache(maxsize=8192)
def name_pattern(name: str) -> "re.Pattern[str]":
    """The ways a name is written: whole in either order, without the patronymic, with initials before or after."""
    parts = [part for part in _WORD.findall(name) if part]
    if len(parts) < 2:
        alone = parts[0] if parts and len(parts[0]) >= SHORTEST else ""
        return re.compile(rf"{EDGE[0]}{re.escape(alone)}{EDGE[1]}" if alone else r"(?!)")
    words = [_letters(part) if len(part) > 1 else rf"{re.escape(part)}\.?" for part in parts]
    first, last = [rf"{part[0]}\.?" for part in parts[1:]], [rf"{part[0]}\.?" for part in parts[:-1]]
    gap, tight = r"[\s_]+", r"[\s_]*"
    ways = [gap.join(words), gap.join([*words[1:], words[0]])]
    ways += [words[0] + gap + tight.join(first), tight.join(first) + tight + words[0]]
    if len(parts[-1]) > 2:
        ways += [words[-1] + gap + tight.join(last), tight.join(last) + tight + words[-1]]
    ways += [gap.join(words[:2])] if min(map(len, parts[:2])) > 1 else []
    return re.compile(rf"{EDGE[0]}(?:{'|'.join(ways)}){EDGE[1]}", re.IGNORECASE)


def _letters(part: str) -> str:
    """The word in any case: its stem and an ending."""
    return re.sub("[её]", "[её]", re.escape(stem(part)), flags=re.IGNORECASE) + rf"[а-яё]{{0,{LONGEST_ENDING}}}"


def stem(word: str) -> str:
    """What all cases of a name share: «Петрова» → «Петров», «Чижевский» → «Чижевск»; short ones stay whole."""
    begun = word.rstrip("аеёиоуыэюяйь") if len(word) > SHORTEST - 1 else word
    return begun if len(begun) > 2 else word


def _said(words: str) -> Callable[["re.Match[str]"], str]:
    return lambda _: words
