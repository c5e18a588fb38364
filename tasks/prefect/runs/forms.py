"""The forms a waiting run asks with: the plain one, those of a point with stages, of a session, of a round.

Runs wait for years: names of classes, fields and values stay as they are. ``command_of`` makes a command of what was
filled in; from there a form is decided as a page is.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Self

from prefect.input import RunInput
from pydantic import ConfigDict, Field, PrivateAttr
from sqlalchemy import Engine

from models.lifecycle import Refused
from roadmap.language import brief
from roadmap.language.dates import NotADay, read_day
from roadmap.processes.choosing import choose, why_without_stages
from roadmap.processes.form_words import Unclear, read_count
from roadmap.processes.loading import built_in
from tasks.control import commands
from tasks.control.commands import By, Command
from tasks.control.decisions import Outcome, done_day, refused
from tasks.daily.decisions import decide
from tasks.prefect.cards.point_facts import PointFacts
from tasks.prefect.names import COORDINATOR, PERSON_MARK, actor_of

ACTOR = actor_of(COORDINATOR)

REFUSALS = ("отказ муниципалитета", "отказ стороны")
ABOUT_STAGES = ("отметить этап", "пропустить этап", *REFUSALS)
WHOLE = "в целом"
CONFIRMS = f"повторите решение и напишите в поле «Этап»: {WHOLE}"
#: How the fields stand on the page; a subclass would put its own behind those it inherits.
ORDER = ("decision", "stage", "who", "done_on", "evidence", "planned", "count", "decisions", "reason", "new_due_on")


SHORTEST = 4
"""Letters of the beginning of a decision that tell it from all others."""


def _in_order(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    schema["properties"] = {name: fields[name] for name in (*ORDER, *fields) if name in fields}


class Decision(RunInput):
    """What the coordinator answers on the run's page; ``decision-N`` of a run is one of these.

    The decision is written, not chosen: a list of Prefect's pages does not open with every mouse. Forms of earlier
    versions, which wait with a list, give the same words.
    """

    CHOICES: ClassVar[tuple[str, ...]] = ("принять", "вернуть", "перенести", "снять")
    model_config = ConfigDict(json_schema_extra=_in_order)

    decision: str = Field(title="Решение", description="Впишите одно слово: принять, вернуть, перенести или снять.")
    reason: str = Field(
        default="",
        title="Основание",
        description="Нужно, чтобы вернуть, перенести или снять: кто и чем решил, что доработать.",
    )
    done_on: str = Field(
        default="",
        title="Дата исполнения",
        description="ДД.ММ.ГГГГ; только чтобы принять то, о чём ещё не сообщали. Пусто — сегодня.",
    )
    new_due_on: str = Field(default="", title="Новый срок", description="ДД.ММ.ГГГГ; только чтобы перенести.")
    evidence: str = Field(
        default="",
        title="Подтверждение",
        description="Реквизиты документа или ссылка, по которым виден результат.",
    )

    _person: str = PrivateAttr(default="")

    @classmethod
    def filled(cls, answer: Mapping[str, Any]) -> Self:
        """The form as it was sent. Raises ``pydantic.ValidationError`` where a field is missing."""
        form = cls(**answer)
        form.reason, _, form._person = form.reason.partition(PERSON_MARK)
        return form

    @property
    def actor(self) -> str:
        """How the history names who answered: the door knows it."""
        return actor_of(self._person or COORDINATOR)

    @property
    def choice(self) -> str:
        """The decision, read as people write: in any case, or by its beginning. Raises ``Refused``."""
        said = " ".join(self.decision.split()).casefold().strip(" .,;:!«»\"'")
        fits = [choice for choice in self.CHOICES if choice == said]
        fits = fits or [choice for choice in self.CHOICES if len(said) >= SHORTEST and choice.startswith(said)]
        if len(fits) == 1:
            return fits[0]
        wrong = f"Решение «{brief(self.decision, 60)}» не понято" if said else "Решение не указано"
        raise Refused(f"{wrong}: впишите «{'», «'.join(self.CHOICES[:-1])}» или «{self.CHOICES[-1]}»")


class SessionDecision(Decision):
    """The form of a session that is too short for stages: what it decided becomes items on control."""

    decisions: str = Field(
        default="",
        title="Решения сессии",
        description="По одному в строке: исполнитель | что сделать | срок. Каждое станет пунктом на контроле.",
    )


class StageDecision(Decision):
    """The form of a point with stages."""

    CHOICES = ("отметить этап", "пропустить этап", "отказ муниципалитета", *Decision.CHOICES)

    decision: str = Field(
        title="Решение",
        description="Впишите: отметить этап, пропустить этап, отказ муниципалитета; о пункте в целом — принять, "
        "вернуть, перенести или снять.",
    )
    stage: str = Field(
        default="",
        title="Этап",
        description="Номер с карты или слова: «подписано», «регистрация»; «не внесено» — всё, что пропущено перед "
        "отмеченным. Для пункта в целом — пусто.",
    )
    who: str = Field(
        default="",
        title="Кто",
        description="«всеми», одно название или список через «;»: Сочи; Анапа. Для общего этапа — пусто.",
    )
    done_on: str = Field(default="", title="Дата", description="ДД.ММ.ГГГГ, когда исполнено. Пусто — сегодня.")
    planned: str = Field(default="", title="Запланировано", description="Число, если этап его требует.")
    count: str = Field(default="", title="Пришло / записей", description="Число, если этап его требует.")
    reason: str = Field(
        default="",
        title="Основание",
        description="Нужно, чтобы пропустить этап, записать отказ, вернуть, перенести или снять.",
    )


class PartyDecision(StageDecision):
    """The form of an agreement with one body that is no municipality."""

    CHOICES = ("отметить этап", "пропустить этап", "отказ стороны", *Decision.CHOICES)

    decision: str = Field(
        title="Решение",
        description="Впишите: отметить этап, пропустить этап, отказ стороны; о пункте в целом — принять, вернуть, "
        "перенести или снять.",
    )
    who: str = Field(default="", title="Кто", description="Сторона здесь одна: оставьте пустым.")


class StagedSessionDecision(StageDecision):
    """The form of a session with stages."""

    decisions: str = Field(
        default="",
        title="Решения сессии",
        description="По одному в строке: исполнитель | что сделать | срок. Каждое станет пунктом на контроле.",
    )


def _two_fields(schema: dict[str, Any]) -> None:
    schema["properties"] = {name: schema["properties"][name] for name in ("decision", "reason")}


class RoundDecision(Decision):
    """What the coordinator may want of a round before its day."""

    model_config = ConfigDict(json_schema_extra=_two_fields)

    CHOICES = ("составить справку сейчас", "снять с контроля")

    decision: str = Field(title="Решение", description="Впишите: составить справку сейчас или снять с контроля.")
    reason: str = Field(default="", title="Основание", description="Нужно, чтобы снять раунд с контроля.")


def form_for(point: PointFacts) -> type[Decision]:
    """The form a point is decided with, by its kind and by the process it goes through or still may."""
    if point.purpose == "round":
        return RoundDecision
    is_session = point.item.kind == "session"
    process = built_in().get(point.process)
    if process is not None and process.per == "body":
        return PartyDecision
    if point.process or _waits_for_municipalities(point):
        return StagedSessionDecision if is_session else StageDecision
    return SessionDecision if is_session and point.purpose == "result" else Decision


def _waits_for_municipalities(point: PointFacts) -> bool:
    """Stages begin as soon as the municipalities are listed; the form stays as it was given until then."""
    process = choose(built_in(), point.item.kind, "all")
    if process is None or process.per != "municipality" or point.purpose != "result" or point.body:
        return False
    days = {"opens_on": point.opens_on, "deadline_on": point.deadline_on, "today": point.opens_on}
    return why_without_stages(process, is_continuous=point.item.reading.kind == "continuous", **days) is None


def answer(
    engine: Engine, key: str, form: Decision, *, once_key: str, today: date, at: datetime, actor: str = ACTOR
) -> Outcome:
    """Carry out what was filled in; what cannot be carried out changes nothing and says why.

    The same ``once_key`` a second time changes nothing.
    """
    by = By(actor=actor, at=at, today=today, once_key=once_key, confirms=CONFIRMS)
    try:
        command = command_of(form, key, by)
    except Unclear as unclear:
        return refused(engine, key, by, Refused(str(unclear), key=key))
    except Refused as not_so:
        return refused(engine, key, by, not_so)
    return decide(engine, command)


def command_of(form: Decision, key: str, by: By) -> Command:
    """What a form decides. Raises ``Refused`` or ``Unclear`` where a field cannot be read or would be lost."""
    choice = form.choice
    if isinstance(form, StageDecision) and choice in ABOUT_STAGES:
        return _about_stages(form, key, by)
    with_stages = getattr(form, "stage", "").strip().lower() == WHOLE
    if not with_stages:
        _refuse_lost_words(form)
    reason, evidence = form.reason, form.evidence
    match choice:
        case "принять":
            done_on = _day(form.done_on, "Дата исполнения")
            if text := getattr(form, "decisions", "").strip():
                return commands.AcceptSession(
                    key=key,
                    by=by,
                    reason=reason,
                    evidence=evidence,
                    done_on=done_on,
                    decisions=text,
                    with_stages=with_stages,
                )
            return commands.Accept(
                key=key, by=by, reason=reason, evidence=evidence, done_on=done_on, with_stages=with_stages
            )
        case "вернуть":
            return commands.Return(key=key, by=by, reason=reason, evidence=evidence)
        case "перенести":
            due_on = _day(form.new_due_on, "Новый срок")
            return commands.Extend(key=key, by=by, reason=reason, evidence=evidence, due_on=due_on)
        case "составить справку сейчас":
            return commands.ProduceReportNow(key=key, by=by, reason=reason)
    return commands.Withdraw(key=key, by=by, reason=reason, evidence=evidence, with_stages=with_stages)


def _about_stages(form: StageDecision, key: str, by: By) -> Command:
    done_on = done_day(_day(form.done_on, "Дата исполнения"), by.today)
    decisions = getattr(form, "decisions", "").strip()
    if form.choice == "отметить этап":
        return commands.MarkStages(
            key=key,
            by=by,
            reason=form.reason,
            evidence=form.evidence,
            stage=form.stage,
            who=form.who,
            done_on=done_on,
            planned=read_count(form.planned, "Запланировано"),
            count=read_count(form.count, "Пришло / записей"),
            decisions=decisions,
        )
    if decisions:
        raise Refused("Решения сессии вносят с решением «отметить этап» или «принять»: уберите их из формы")
    if form.choice == "пропустить этап":
        return commands.SkipStages(key=key, by=by, reason=form.reason, stage=form.stage, who=form.who)
    if form.stage.strip():
        raise Refused("Отказ снимает все этапы того, кто отказался: оставьте «Этап» пустым")
    return commands.RecordRefusal(key=key, by=by, reason=form.reason, who=form.who)


def _refuse_lost_words(form: Decision) -> None:
    """Words that a decision about the whole point would lose without a word."""
    if getattr(form, "stage", "").strip() or getattr(form, "who", "").strip():
        raise Refused(
            f"Вы заполнили «Этап» или «Кто», а решение «{form.choice}» — о пункте в целом: выберите «отметить "
            "этап» или оставьте эти поля пустыми"
        )
    if getattr(form, "decisions", "").strip() and form.choice != "принять":
        raise Refused("Решения сессии вносят с решением «принять» или «отметить этап»: уберите их из формы")


def _day(words: str, field: str) -> date | None:
    """The day entered, None when nothing was; ``Refused`` when it is no day."""
    try:
        return read_day(words)
    except NotADay as wrong:
        raise Refused(f"{field}: {wrong}") from wrong
