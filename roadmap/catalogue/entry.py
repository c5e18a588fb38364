"""What every entry of a catalogue is made of: strict fields, codes of ours, words of the document and their place."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$", max_length=60)]
Words = Annotated[str, StringConstraints(min_length=1)]


class Entry(BaseModel):
    """The strict base of every entry: unknown keys are an error, nothing is coerced silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Entry):
    """Where the words stand: the point, annex, section and row of the document, in the document's own words."""

    place: Words


class Stated(Entry):
    """Words of the document that no other field holds, with their place."""

    words: Words
    source: Source


class NamedPerson(Entry):
    """Whom the document names in person: «Отделу … (Денисова О.Г.)»; an address is never made of it."""

    name: Words
    source: Source
