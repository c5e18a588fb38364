"""The approving act: what it is, on what ground it was issued, where it is registered and what it changes.

All dates here are history: a training copy moves the years of terms, an act keeps its own.
"""

from datetime import date

from roadmap.catalogue.entry import Entry, Source, Words


class ActReference(Entry):
    """An act that is named by another."""

    kind: Words
    number: Words
    on: date
    title: str = ""


class Basis(ActReference):
    """An act on whose ground («основание») this one was issued: «В соответствии с приказом …»."""

    authority: str = ""
    source: Source


class Registration(Entry):
    """The entry in a state register of acts; the day the act comes into force may hang on it."""

    number: Words
    on: date
    authority: Words
    source: Source


class ActChange(Entry):
    """One change that an amending act makes in another: what is done, and the words before and after where given."""

    words: Words
    before: str = ""
    after: str = ""
    source: Source


class Act(Entry):
    """The approving act: kind (приказ, распоряжение), number, date, authority, and the act it amends.

    A copy of a document may leave the place of number and date blank: then they are empty here, never guessed.
    """

    kind: Words
    number: str = ""
    on: date | None = None
    title: str = ""
    authority: Words
    basis: tuple[Basis, ...] = ()
    registration: Registration | None = None
    amends: ActReference | None = None
    changes: tuple[ActChange, ...] = ()
    """What it changes in the act it amends, in the order of its points."""
    document: Words
    """File name of the source document."""

    @property
    def words(self) -> str:
        """«приказ от 13.08.2021 № 2625», as letters name the act."""
        dated = f" от {self.on:%d.%m.%Y}" if self.on else ""
        numbered = f" № {self.number}" if self.number else ""
        return f"{self.kind}{dated}{numbered}" if dated or numbered else f"{self.kind}, {self.authority}"
