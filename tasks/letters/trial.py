"""Whether letters would leave: the mail server is reached, or a letter of trial takes the road of all letters."""

from contextlib import closing
from datetime import datetime

from models import Notice, Official
from models.settings import Settings
from roadmap.letters.trial import trial_letter
from tasks.letters.channels import MailLine, NotSent, no_blocks, reach_mail_server, send

__all__ = ["NotSent", "reach", "send_trial"]


def reach(settings: Settings) -> None:
    """The mail server takes our name and password; raises ``NotSent``. Without a mail server there is nothing to do."""
    if settings.mail_url is not None:
        reach_mail_server(settings.mail_url.get_secret_value())


def send_trial(settings: Settings, address: str, *, at: datetime) -> None:
    """A letter to an address, at whatever hour; nothing of it stays in the database. Raises ``NotSent``."""
    reader = Official(roadmap_code="", role="coordinator", post="Администратор")
    channel = reader.channel("email", address)
    # By its number a letter is known: two trials of one day are two letters.
    number = int(at.timestamp())
    notice = Notice(id=number, official_id=0, channel_id=0, on_day=at.date(), not_before=at)
    with closing(MailLine()) as line:
        letter = trial_letter(settings.pages_url)
        send(letter, notice=notice, channel=channel, settings=settings, at=at, secret=no_blocks, line=line)
