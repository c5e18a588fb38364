"""A process as data: the stages a kind of item goes through. One YAML file is one ``Process``; strict."""

from typing import Literal, Self

from pydantic import Field, model_validator

from roadmap.catalogue.schema import Code, Entry, Words

Party = Literal["owner", "executor", "legal", "ministry", "institute", "municipality", "body", "coordinator"]
PARTY_RU: dict[Party, str] = {
    "owner": "ответственный",
    "executor": "соисполнитель",
    "legal": "правовой отдел",
    "ministry": "министерство",
    "institute": "институт развития образования или ЦНППМ",
    "municipality": "муниципалитет",
    "body": "сторона",
    "coordinator": "координатор",
}
Per = Literal["point", "municipality", "body"]
#: What one case of a process is called.
CASE_RU: dict[Per, str] = {"municipality": "Муниципалитет", "body": "Сторона"}
Counted = Literal["count", "planned_and_came"]


class Stage(Entry):
    """One step. Due ``before`` so many working days ahead of the point's deadline (negative: after it), or ``after`` so
    many working days from the day the last of ``needs`` was done; exactly one of the two.

    ``common``: done once for all municipalities. ``first_only``: left out when the point renews an earlier one.
    """

    code: Code
    title: Words
    """What is done, as a noun: «Подписание муниципалитетом»; cards, letters and tables show it."""
    todo: Words
    """What the party has to do, one sentence in the imperative."""
    party: Party
    needs: tuple[Code, ...] = ()
    before: int | None = None
    after: int | None = Field(default=None, ge=0)
    proof: str = ""
    """What is shown as proof; empty: a word is enough."""
    counts: Counted | None = None
    """Numbers asked with the report."""
    common: bool = False
    first_only: bool = False
    done: str = ""
    """What counts say of it, as a participle: «Подписано» gives «Подписано 31 из 44»; empty: by the title."""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.before is None) == (self.after is None):
            raise ValueError("назовите одно из двух: before (рабочих дней до срока) или after (после предыдущих)")
        if self.after is not None and not self.needs:
            raise ValueError("after отсчитывают от этапов needs — назовите их")
        return self


class Process(Entry):
    """The stages of one kind of item.

    ``kind``: the kind it serves, where that is not its code. ``per``: one case for each municipality of the list, one
    for the body that the point is about and that is no municipality, or one for the point. ``renews_after``: months
    from the end to the point that renews the result; None where it need not be renewed.
    """

    code: Code
    kind: Code | None = None
    version: int = Field(ge=1)
    title: Words
    per: Per = "point"
    renews_after: int | None = Field(default=None, ge=1)
    accept: Literal["process", "coordinator"] = "process"
    """Who accepts a stage that its party reports done: the order of the process itself, or the coordinator."""
    min_days: int = 0
    """A point given fewer calendar days than this is done in one go: its stages would only be noise."""
    continuous: bool = False
    """Also for the quarters of a duty that runs all the time («весь период»): those have a rhythm of ours, no result
    that would be drafted and approved each time."""
    proof_words: tuple[str, ...] = ()
    """Stems of words of which a fitting result («соглашение», «договор») has one; empty: any result fits."""
    stages: tuple[Stage, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _leads_from_start_to_end(self) -> Self:
        known: dict[str, Stage] = {}
        for stage in self.stages:
            if stage.code in known:
                raise ValueError(f"этап «{stage.code}» назван дважды")
            for needed in stage.needs:
                if needed not in known:
                    raise ValueError(f"этап «{stage.code}»: needs называет «{needed}», которого нет выше")
                if stage.common and not known[needed].common:
                    raise ValueError(f"этап «{stage.code}» общий, а «{needed}» — у каждого муниципалитета свой")
            if stage.common and self.per != "municipality":
                raise ValueError(f"этап «{stage.code}»: common имеет смысл только при per: municipality")
            if stage.party == "body" and self.per != "body":
                raise ValueError(f"этап «{stage.code}»: party: body имеет смысл только при per: body")
            known[stage.code] = stage
        return self

    @property
    def serves(self) -> str:
        """The kind of item it is for."""
        return self.kind or self.code

    def stage(self, code: str) -> Stage:
        """The stage of a code; KeyError when there is none."""
        for stage in self.stages:
            if stage.code == code:
                return stage
        raise KeyError(code)
