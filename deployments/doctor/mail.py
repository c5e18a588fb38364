"""Whether letters would leave."""

from collections.abc import Iterator
from datetime import datetime

from deployments.doctor.finding import Finding, bad, good, warning
from models.settings import Settings
from tasks.letters.trial import NotSent, reach, send_trial

NAME, VARIABLE = "Почта", "VEKHA_MAIL_URL"


def letters_leave(settings: Settings, *, to: str | None, at: datetime) -> Iterator[Finding]:
    """The mail server takes our name and password; with ``to`` a letter of trial as well."""
    if settings.mail_url is None and to is None:
        yield warning(NAME, f"письма остаются в папке {settings.letters}", f"задайте {VARIABLE}")
        return
    try:
        if to is None:
            reach(settings)
            yield good(NAME, "почтовый сервер принял подключение; проверить письмом: vekha doctor --mail АДРЕС")
            return
        send_trial(settings, to, at=at)
    except NotSent as refused:
        remedy = "поправьте адрес после --mail" if refused.fault == "address" else f"проверьте {VARIABLE} и сеть"
        yield bad(NAME, str(refused), remedy)
        return
    if settings.mail_url is None:
        remedy = f"задайте {VARIABLE}, чтобы письма уходили"
        yield warning(NAME, f"проверочное письмо лежит в папке {settings.letters}", remedy)
    else:
        yield good(NAME, f"проверочное письмо на {to} принято почтовым сервером: проверьте, что оно пришло")
