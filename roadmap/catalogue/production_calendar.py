"""A year's production calendar as people give it, where the program does not know it yet."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from roadmap.catalogue.schema import DayOff, Entry, Words

WEEKEND = (5, 6)


class ProductionCalendar(Entry):
    """The transfers of one year: what is off and what is worked beside weekends, holidays and the law's own moves."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Words
    """The act that approves it: «постановление Правительства РФ от 10.10.2027 № 1»."""
    days_off: tuple[DayOff, ...] = ()
    working_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _is_of_its_year(self) -> Self:
        for day in (*(one.on for one in self.days_off), *self.working_days):
            if day.year != self.year:
                raise ValueError(f"день {day:%d.%m.%Y} не относится к {self.year} году — исправьте день или year")
        if both := sorted({one.on for one in self.days_off} & set(self.working_days)):
            raise ValueError(f"день {both[0]:%d.%m.%Y} назван и нерабочим, и рабочим — оставьте что-то одно")
        return self
