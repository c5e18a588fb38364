"""When another deadline may still be asked for: a rule of the roadmap, the same for pages and commands."""

from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.control.ladder import Ladder
from roadmap.language import in_working_days


def last_day_to_ask(deadline_on: date, *, calendar: WorkCalendar, ladder: Ladder) -> date:
    """The last day on which an extension may be asked for: ``ask_extension_by`` working days before the deadline."""
    return calendar.add_working_days(deadline_on, -ladder.ask_extension_by)


def may_ask(deadline_on: date, *, today: date, calendar: WorkCalendar, ladder: Ladder) -> str:
    """Why an extension can no longer be asked for, one Russian line; empty when it can.

    What comes too late is not lost: the coordinator may still move the deadline by a decision of his own.
    """
    last = last_day_to_ask(deadline_on, calendar=calendar, ladder=ladder)
    if today <= last:
        return ""
    if today > deadline_on:
        return f"Срок истёк {deadline_on:%d.%m.%Y}, просить о переносе нужно было заранее — обратитесь к координатору"
    before = ladder.ask_extension_by
    term = f"за {in_working_days(before)} до срока"
    return f"О переносе просят не позднее чем {term}: последний день был {last:%d.%m.%Y} — обратитесь к координатору"
