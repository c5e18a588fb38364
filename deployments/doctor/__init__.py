"""Looks at everything an installation stands on and names each remedy in a line; it changes nothing."""

from pathlib import Path

from deployments.doctor import clocks, databases, folder, mail, outside, prefect_server, redis_server, versions
from deployments.doctor.finding import Check, Finding, State, examine, good
from models import clock
from models.settings import Settings, settings_file

__all__ = ["Finding", "State", "after_start", "before_start", "look_at_everything"]

#: What each part stands on when it starts; «up» is all of them.
_DATA, _OURS, _PREFECTS, _REDIS = "data", "ours", "prefects", "redis"
PARTS = {
    "prefect": (_DATA, _PREFECTS, _REDIS),
    "services": (_DATA, _PREFECTS, _REDIS),
    "worker": (_DATA, _OURS),
    "web": (_DATA, _OURS),
    "up": (_DATA, _OURS, _PREFECTS, _REDIS),
}


def look_at_everything(settings: Settings, *, mail_to: str | None = None) -> list[Finding]:
    """All there is, in the order in which a person would mend it; takes ten seconds at the most."""
    at = clock.now()
    return examine(
        [
            Check("Настройки", lambda: [_settings_read()]),
            Check(versions.NAME, versions.as_required),
            Check(folder.NAME, lambda: folder.data_folder(settings)),
            Check("Ключ личных ссылок", lambda: folder.key_and_secrets(settings)),
            Check(databases.OURS, lambda: databases.own(settings)),
            Check(databases.INSTALLATION, lambda: databases.installation(settings)),
            Check(databases.PREFECTS, lambda: databases.prefects(settings)),
            Check(redis_server.NAME, lambda: redis_server.reached(settings)),
            Check(prefect_server.NAME, lambda: prefect_server.at_work(settings)),
            Check(outside.PAGES, lambda: outside.as_browser(settings, at=at)),
            Check(mail.NAME, lambda: mail.letters_leave(settings, to=mail_to, at=at)),
            Check(clocks.NAME, lambda: clocks.agree(settings, now=clock.now)),
        ]
    )


def _settings_read() -> Finding:
    """Who comes here has good ones; a setting that is no good is refused by every command."""
    file = Path(settings_file())
    return good("Настройки", f"прочитаны: {file.absolute()} и окружение" if file.exists() else "прочитаны из окружения")


def before_start(settings: Settings, part: str) -> list[Finding]:
    """What keeps a part («prefect», «services», «worker», «web», «up») from work; empty when it may start.

    An old schema does not: the start brings it up, or waits for the part that does.
    """
    known = {
        _DATA: Check(folder.NAME, lambda: folder.data_folder(settings)),
        _OURS: Check(databases.OURS, lambda: databases.own(settings, is_start=True)),
        _PREFECTS: Check(databases.PREFECTS, lambda: databases.prefects(settings)),
        _REDIS: Check(redis_server.NAME, lambda: redis_server.reached(settings)),
    }
    return [one for one in examine([known[name] for name in PARTS[part]]) if one.state == "bad"]


def after_start(settings: Settings) -> list[Finding]:
    """What is wrong with the pages as a browser meets them, once they are served; for a log, not a reason to stop.

    A certificate that ended, a proxy that hands nothing on, Prefect open to everybody.
    """
    look = Check(outside.PAGES, lambda: outside.as_browser(settings, at=clock.now()))
    return [one for one in examine([look]) if one.state == "bad"]
