"""The words: headings, what to do, why the letter came, numbers with the right plural."""

from dataclasses import dataclass
from datetime import date

from roadmap.control.reminders import Reason
from roadmap.language import counted, in_days, plural, post_of


@dataclass(frozen=True, slots=True)
class Section:
    """What a letter says about one reason: heading, the count in the subject, what to do, why it came."""

    heading: str
    counted: str
    todo: str
    why: str
    colour: str


_RED, _AMBER, _BLUE, _GREEN, _GREY = "#b3261e", "#9a6700", "#1f4e8c", "#2e6b34", "#555555"
_REPORT = (
    "Откройте карточку по ссылке под пунктом и сообщите об исполнении: реквизиты документа, ссылка или файл, "
    "подтверждающие результат."
)
_DECIDE = "Примите результат, верните его на доработку с указанием причины или перенесите срок."

SECTIONS: dict[Reason, Section] = {
    "escalated": Section(
        "Не исполнено в срок, требуется ваше внимание",
        "передано на ваш контроль",
        "Срок истёк, результат не представлен. Просим принять решение: потребовать исполнения, поручить перенос срока "
        "или снятие с контроля, взять на личный контроль. Кнопки — на карточке, по ссылке под пунктом.",
        "акт возлагает на вас контроль, а срок истёк и результат не представлен",
        _RED,
    ),
    "still_overdue": Section(
        "По-прежнему не исполнено",
        "не исполнено",
        "Еженедельный перечень того, о чём вам уже сообщалось и что до сих пор не исполнено.",
        "акт возлагает на вас контроль; перечень неисполненного приходит раз в неделю",
        _RED,
    ),
    "order_declined": Section(
        "Ваше поручение не выполнено: ответ координатора",
        "ответ на поручение",
        "Координатор ответил на ваше поручение, причина указана ниже. Поручение можно дать снова или потребовать "
        "исполнения.",
        "координатор ответил на ваше поручение",
        _AMBER,
    ),
    "order_done": Section(
        "Ваше поручение рассмотрено",
        "поручение рассмотрено",
        "Для сведения; ничего делать не нужно.",
        "по вашему поручению принято решение",
        _GREEN,
    ),
    "demanded": Section(
        "Контролирующее лицо требует исполнения",
        "потребовано исполнение",
        f"Лицо, на которое актом возложен контроль, требует результата к указанному ниже дню. {_REPORT}",
        "лицо, на которое актом возложен контроль, потребовало исполнения",
        _RED,
    ),
    "overdue": Section(
        "Срок истёк",
        "просрочено",
        f"{_REPORT} Если исполнить невозможно, там же попросите перенести срок и укажите причину.",
        "срок истёк, а результат не представлен",
        _RED,
    ),
    "due_today": Section(
        "Срок сегодня",
        "срок сегодня",
        f"{_REPORT} Сделать это нужно сегодня.",
        "срок исполнения наступает сегодня",
        _RED,
    ),
    "returned": Section(
        "Возвращено на доработку",
        "возвращено",
        "Устраните замечания и снова сообщите об исполнении по ссылке под пунктом.",
        "координатор вернул результат на доработку",
        _AMBER,
    ),
    "ordered": Section(
        "Поручение контролирующего лица",
        "поручения контролирующего лица",
        "Выполните поручение или ответьте, почему его нельзя выполнить: оно стоит в очереди решений «Контроля». Ответ "
        "контролирующее лицо получит письмом.",
        "лицо, на которое актом возложен контроль, дало поручение, а решения по нему нет",
        _AMBER,
    ),
    "asked_extension": Section(
        "Исполнитель просит перенести срок",
        "просьб о переносе",
        "Перенесите срок или откажите с указанием основания. Пока решения нет, действует прежний срок.",
        "исполнитель просит перенести срок, а решения нет",
        _AMBER,
    ),
    "asked_transfer": Section(
        "Исполнитель считает, что поручение не его",
        "считают не своим",
        "Передайте исполнение другому органу или откажите с указанием основания. Пока решения нет, отвечает прежний "
        "исполнитель.",
        "исполнитель считает поручение не своим, а решения нет",
        _AMBER,
    ),
    "submitted": Section(
        "Поступило на проверку",
        "на проверку",
        _DECIDE,
        "исполнитель сообщил об исполнении",
        _BLUE,
    ),
    "awaiting_decision": Section(
        "Ждёт вашего решения",
        "ждёт решения",
        _DECIDE,
        "результат представлен, а решения по нему нет",
        _AMBER,
    ),
    "refused": Section(
        "В просьбе отказано",
        "отказано",
        "Исполняйте в прежний срок; основание отказа указано ниже.",
        "по вашей просьбе принято решение",
        _AMBER,
    ),
    "reassigned": Section(
        "Передано вам",
        "передано вам",
        f"Теперь за исполнение отвечаете вы; основание указано ниже. {_REPORT}",
        "исполнение передано вам решением координатора, новой редакцией акта или вместе с должностью",
        _AMBER,
    ),
    "reopened": Section(
        "Возвращено на контроль",
        "возвращено на контроль",
        f"Исполнение снова за вами; основание указано ниже. {_REPORT}",
        "решением координатора пункт возвращён на контроль",
        _AMBER,
    ),
    "due_soon": Section(
        "Срок скоро",
        "скоро срок",
        f"{_REPORT} Если срок под угрозой, заранее попросите перенести его: там же, с причиной.",
        "приближается срок исполнения",
        _AMBER,
    ),
    "undelivered": Section(
        "Письмо не доставлено",
        "не доставлено",
        "Все попытки отправить письмо не удались. Сообщите о сроке сами и проверьте адрес в списке контактов.",
        "письмо о сроке не доставлено адресату",
        _AMBER,
    ),
    "no_channel": Section(
        "Исполнителя не удалось уведомить",
        "без адреса",
        "Для исполнителя или того, кто его замещает, нет действующего адреса. Сообщите о сроке сами и внесите адрес "
        "в список контактов.",
        "исполнителю или его заместителю письмо отправить некуда",
        _AMBER,
    ),
    "opened": Section(
        "Новое: началось исполнение",
        "новых пунктов",
        f"Когда результат будет готов: {_REPORT[0].lower()}{_REPORT[1:]}",
        "началось время исполнения",
        _BLUE,
    ),
    "extended": Section(
        "Срок перенесён",
        "срок перенесён",
        "Работайте по новому сроку; прежний больше не действует.",
        "срок перенесён решением координатора или новой редакцией акта",
        _BLUE,
    ),
    "handed_over": Section(
        "Больше не за вами",
        "больше не за вами",
        "Исполнение передано другому; новый ответственный указан ниже. Для сведения; ничего делать не нужно.",
        "исполнение, за которое отвечали вы, передано другому",
        _GREY,
    ),
    "accepted": Section(
        "Исполнено и принято",
        "принято",
        "Для сведения; ничего делать не нужно.",
        "координатор принял результат",
        _GREEN,
    ),
    "withdrawn": Section(
        "Снято с контроля",
        "снято с контроля",
        "Для сведения; ничего делать не нужно.",
        "контрольная точка снята с контроля",
        _GREY,
    ),
}
_OTHER = Section(
    "К вашему сведению",
    "к сведению",
    "Откройте карточку пункта по ссылке под ним: там видно, что с ним произошло.",
    "по пункту есть изменение",
    _GREY,
)


def section_of(reason: str) -> Section:
    """What is said of a reason; a plain word of one that this release does not know, so that nothing is left out."""
    return next((section for known, section in SECTIONS.items() if known == reason), _OTHER)


#: Beside the reasons of points: the week's table.
DIGEST = "digest"
SUBJECT = {"executor": "Сроки", "coordinator": "Координатору", "controller": "На контроле"}
OPENING = {
    "executor": "Сообщаем о сроках мероприятий, за которые вы отвечаете.",
    "coordinator": "Сообщаем о том, что требует вашего внимания как координатора.",
    "controller": "Докладываем об исполнении мероприятий, контроль за которыми возложен на вас.",
}


def demand_words(until: date, words: str) -> str:
    """«исполнить до 05.12.2026: жду отчёт»; the words as said, if any."""
    return f"исполнить до {until:%d.%m.%Y}" + (f": {words}" if words else "")


def order_words(until: date | None, reason: str) -> str:
    """«перенести срок на 31.12.2026: нет данных», «снять с контроля: отменено приказом»."""
    return f"{_ordered(until)}: {reason}"


#: What became of an order, by the state of the request that it is.
FATES: dict[str, str] = {
    "waiting": "ждёт решения координатора",
    "granted": "выполнено",
    "refused": "не выполнено",
    "settled": "утратило силу",
}


def fate_words(until: date | None, fate: str) -> str:
    """«снять с контроля — не выполнено (координатор, 05.12.2026): срок установлен приказом»; ``fate``: ``fate_of``."""
    return f"{_ordered(until)} — {fate}"


def fate_of(state: str, *, by: str = "", on: date | None = None, reason: str = "") -> str:
    """«не выполнено (координатор, 05.12.2026): срок установлен приказом»; ``by`` on day ``on``."""
    who = ", ".join(filter(None, (post_of(by), f"{on:%d.%m.%Y}" if on else "")))
    words = FATES[state] + (f" ({who})" if who else "")
    return f"{words}: {reason}" if reason else words


def days_left(days: int) -> str:
    """«осталось 5 дней», «остался 1 день»."""
    return f"{plural(days, 'остался', 'осталось', 'осталось')} {in_days(days)}"


def _ordered(until: date | None) -> str:
    return f"перенести срок на {until:%d.%m.%Y}" if until else "снять с контроля"


def what_is_due(title: str, *, stage: str = "", names_dates: bool = False) -> str:
    """What people are asked for: the item's title, with the stage of its process before it, or the period after it."""
    if stage:
        return f"{title} {stage}" if stage.startswith("за ") else f"{stage}: {title}"
    return f"Назвать даты проведения: {title}" if names_dates else title


def times_missed(times: int, first: date, last: date, *, is_unbroken: bool) -> str:
    """«не исполнено за 13 сроков подряд: с 12.01.2027 по 05.04.2027» of a duty that repeats."""
    terms = counted(times, "срок", "срока", "сроков")
    row = " подряд" if is_unbroken else ""
    return f"не исполнено за {terms}{row}: с {first:%d.%m.%Y} по {last:%d.%m.%Y}"


def time_left(days: int, working_days: int) -> str:
    """«осталось 5 дней (3 рабочих)», «срок сегодня», «просрочено на 58 дней (41 рабочий)».

    Calendar days, as pages and tables count them; working days in brackets where they differ. Both negative when past.
    """
    if days == 0:
        return "срок сегодня"
    n = abs(working_days)
    working = f" ({n} {plural(n, 'рабочий', 'рабочих', 'рабочих')})" if n not in (0, abs(days)) else ""
    if days < 0:
        return f"просрочено на {in_days(-days)}{working}"
    return f"{days_left(days)}{working}" if working_days > 0 else f"{days_left(days)}, рабочих среди них нет"
