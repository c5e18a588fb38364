"""The catalogue: a reviewed order as data. One YAML file is one ``Catalogue``; unknown keys are refused.

Words of the document (titles, bodies, terms, results) are kept verbatim; codes are ours.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from roadmap.calendar import Roll
from roadmap.catalogue.act import Act as Act
from roadmap.catalogue.act import ActReference as ActReference
from roadmap.catalogue.entry import Code as Code
from roadmap.catalogue.entry import Entry as Entry
from roadmap.catalogue.entry import NamedPerson, Stated
from roadmap.catalogue.entry import Source as Source
from roadmap.catalogue.entry import Words as Words
from roadmap.reading import Every

Level = Literal["federal", "regional", "municipal", "institutional"]
ItemKind = Literal["agreement", "monitoring", "session", "study", "document", "registry", "activity"]
#: What kinds were called up to 0.3.0: catalogues and bookmarks of people still say it.
OLD_KINDS = {"measure": "activity"}
#: What people call the kinds; Prefect's flows bear these names too.
ITEM_KINDS_RU: dict[str, str] = {
    "agreement": "Соглашение",
    "monitoring": "Мониторинг",
    "session": "Сессия",
    "study": "Исследование",
    "document": "Документ",
    "registry": "Реестр",
    "activity": "Мероприятие",
}
#: With what is on control beside the document's items: the rounds of monitoring.
KINDS_RU: dict[str, str] = ITEM_KINDS_RU | {"round": "Раунд мониторинга"}
Origin = Literal["table", "directive", "duty"]
ReportBy = Literal["period_end", "next_month_10"]
NamedParty = Literal["ministry", "institute", "legal", "municipality"]
AnsweredField = Literal["term", "responsible", "executors"]
RoundRhythm = Literal["month", "quarter", "half_year", "year"]
RHYTHM_RU: dict[RoundRhythm, str] = {
    "month": "ежемесячный",
    "quarter": "ежеквартальный",
    "half_year": "полугодовой",
    "year": "ежегодный",
}


class Period(Entry):
    """From the act's date to the end named in its title, unless the text says otherwise; ``ground`` says which."""

    start: date
    end: date
    ground: Words

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("конец раньше начала — исправьте start или end")
        return self


class DayOff(Entry):
    """A regional day off that the federal calendar does not know."""

    on: date
    name: Words


class Controller(Entry):
    """Whom the act charges with control: the post, and the name only where the act appoints by name."""

    post: Words
    name: str = ""
    source: Source


class Body(Entry):
    """A body (субъект РС НМС, орган); a group lists its members and is what an item may fan out to."""

    code: Code
    name: Words
    """Full name as the document gives it."""
    short: Words
    """What letters and tables show."""
    level: Level
    aliases: tuple[str, ...] = ()
    members: tuple[Code, ...] = ()
    """Codes of the members when the entry is a group of bodies."""
    person: NamedPerson | None = None
    """Whom the document names beside the body."""


class Section(Entry):
    """A heading of the roadmap («Направление 1. …»)."""

    code: Code
    title: Words


class Event(Entry):
    """The event from which a relative term is counted; ``on`` stays empty until the date is known."""

    words: Words
    on: date | None = None


class CoTerm(Entry):
    """A term of its own that a co-executor has inside an item («данные – до 1 марта»); verbatim."""

    body: Code
    term: Words


class ReminderLadder(Entry):
    """Where the reminders of a roadmap differ from the usual; fields of ``roadmap.control.ladder.Ladder``."""

    before: tuple[int, ...] | None = None
    after: tuple[int, ...] | None = None
    then_every: int | None = None
    escalate_after: int | None = None
    awaiting_every: int | None = None
    ask_extension_by: int | None = None
    co_term: int | None = None
    co_before: int | None = None


class Item(Entry):
    """One duty of the document: a row of the table, a directive of the act's text, or a standing duty.

    ``responsible``, ``executors``, ``term``, ``result`` are verbatim; ``owner`` and ``co_executors`` are codes of
    bodies; ``co_terms`` gives some of them a term of their own; ``after`` names items that must be done before this
    one (lateness of theirs excuses its own). ``rhythm`` sets another rhythm of control points than the reading's;
    ``fan_out`` is the code of a group: one control point for each member. ``controlled`` is off for a pure activity
    that leaves no result. Where the coordinator's answer stands in a field, ``words`` keeps what the document says.
    """

    code: Code
    """Unique in the catalogue, stable for ever, part of every control point's key."""
    number: str = ""
    """As printed; empty where the document gives none."""
    section: Code | None = None
    group: str = ""
    title: Words
    responsible: str = ""
    executors: str = ""
    owner: Code
    co_executors: tuple[Code, ...] = ()
    co_terms: tuple[CoTerm, ...] = ()
    after: tuple[Code, ...] = ()
    term: str = ""
    result: str = ""
    words: dict[AnsweredField, str] = Field(default_factory=dict)
    """The document's own words of the fields that a person has answered; empty where it has none."""
    kind: ItemKind
    fan_out: Code | None = None
    rhythm: Every | None = None
    control: Literal["each", "monthly", "quarterly"] | None = None
    """How often a duty that recurs is asked for: each time, or its times of a month or quarter as one point."""
    event: Event | None = None
    parties: dict[NamedParty, Code] = Field(default_factory=dict)
    """Which body is meant by a party of the item's process; a party that is not named is the owner.

    ``municipality``: the only one the item has to do with, whatever municipalities are listed.
    """
    controlled: bool = True
    renews: bool = True
    """Off where the document asks for the result once: an accepted agreement is not renewed after its process."""
    criteria: tuple[Stated, ...] = ()
    """Who or what may be in the registry or list that the item keeps."""
    done_by: Source | None = None
    """Where the act itself does what the item asks («1. Утвердить Положение …»): it is signed with the act."""
    source: Source

    @field_validator("kind", mode="before")
    @classmethod
    def _as_it_is_called_now(cls, kind: object) -> object:
        return OLD_KINDS.get(kind, kind) if isinstance(kind, str) else kind


class Indicator(Entry):
    """A target of the system. No number in the document means ``target: null``: shown, not judged."""

    code: Code
    title: Words
    unit: Literal["percent", "count", "yes_no"] | None = None
    comparison: Literal["at_least", "at_most", "equals"] | None = None
    target: float | None = None
    target_year: int | None = None
    rhythm: Every | None = None
    """Where the target returns («не менее 10% ежегодно»)."""
    cumulative: bool = False
    covers: Literal["moment", "period", "span", "start"] | None = None
    """What a value counts: how things stand on the period's last day, the period alone, everything since the span by
    which the target returns began (since 1 January of «ежегодно»), or since the roadmap's start. None: by the words."""
    words: str = ""
    """The target as the document words it."""
    method: str = ""
    """How it is collected, as the document words it."""
    way: Literal["share", "ratio", "total", "flag"] | None = None
    """How bodies' answers are put together: a share (in percent) and a ratio are the sum of numerators over the sum of
    denominators, a total is a sum, a flag is yes only where all say yes. None: by ``unit``."""
    numerator: str = ""
    """What is counted, as the form asks for it; ours, the document names the indicator only."""
    denominator: str = ""
    asked: Literal["municipality", "owner"] | None = None
    """Who answers: each municipality, or the body that keeps the roadmap. None: a flag the keeper, others each."""
    asked_of: tuple[Code, ...] = ()
    """Bodies that have the number and are asked instead; of a group each member. Empty: by ``asked``."""
    computed_from: Literal["points"] | None = None
    """Counted by the program, nobody is asked. ``points``: points done of those due by the end of the period."""
    unclear: str = ""
    """What the document leaves undefined in it: the form says so, and ``check`` asks the coordinator once."""
    rounds: tuple[RoundRhythm, ...] = ()
    """In which rounds it is asked; empty: in every one but the monthly."""
    proven_by: tuple[Code, ...] = ()
    """Items whose accepted control points prove a flag: nobody is asked then."""
    answered_by: tuple[Code, ...] = ()
    """Items of the roadmap that answer a shortfall."""
    source: Source

    @property
    def counted(self) -> Literal["share", "ratio", "total", "flag"]:
        """The way in force."""
        if self.way is not None:
            return self.way
        return "flag" if self.unit == "yes_no" else "total" if self.unit == "count" else "share"

    @property
    def is_municipal(self) -> bool:
        """Each municipality answers for it."""
        if self.asked_of or self.computed_from:
            return False
        return (self.asked or ("owner" if self.counted == "flag" else "municipality")) == "municipality"

    def in_round(self, rhythm: RoundRhythm) -> bool:
        """Whether a round of the rhythm asks for it."""
        return rhythm in self.rounds if self.rounds else rhythm != "month"


class MonitoringRound(Entry):
    """A rhythm of monitoring: data are due ``data_days``, the note ``note_days`` working days after the period."""

    rhythm: RoundRhythm
    data_days: int = Field(default=5, ge=1, le=60)
    note_days: int = Field(default=10, ge=1, le=90)
    ground: str = ""
    """Where the document asks for it; empty: a rhythm of ours."""

    @model_validator(mode="after")
    def _note_after_data(self) -> Self:
        if self.note_days < self.data_days:
            raise ValueError("справка раньше срока данных — исправьте note_days или data_days")
        return self


class MonitoringBody(Entry):
    """Who holds the monitoring by the document («Мониторинг проводится …»): keeps the rounds."""

    body: Code
    source: Source


class Definition(Entry):
    """A term the document defines."""

    term: Words
    meaning: Words


class Catalogue(Entry):
    """One order as reviewed data; ``items``, ``directives`` and ``duties`` differ only by where they stand."""

    code: Code
    region: Words
    title: Words
    act: Act
    period: Period
    zone: Words
    """IANA name of the time zone."""
    roll: Roll = "preceding"
    report_by: ReportBy = "period_end"
    ladder: ReminderLadder | None = None
    extensions_by: Literal["coordinator", "controller"] = "coordinator"
    """Who decides on another deadline."""
    days_off: tuple[DayOff, ...] = ()
    working_days: tuple[date, ...] = ()
    """Weekends that the region works."""
    executors_heading: str = ""
    """The heading of the column that ``Item.executors`` comes from, verbatim: it says what the first named there is."""
    controller: Controller | None = None
    coordinator: Controller | None = None
    definitions: tuple[Definition, ...] = ()
    bodies: tuple[Body, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    directives: tuple[Item, ...] = ()
    duties: tuple[Item, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    monitoring_by: MonitoringBody | None = None
    """None: the document does not say; the rounds are kept by the owner of its first monitoring on control."""
    monitoring: tuple[MonitoringRound, ...] = ()
    """The rhythms of monitoring; empty: each quarter."""

    def duties_by_origin(self) -> Iterator[tuple[Origin, Item]]:
        """Every item of the catalogue with its origin, in the order of the document's parts."""
        yield from (("directive", item) for item in self.directives)
        yield from (("table", item) for item in self.items)
        yield from (("duty", item) for item in self.duties)
