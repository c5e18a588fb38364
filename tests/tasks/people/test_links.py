"""Signed links: bound to one official, they expire, can be revoked and cannot be made by anybody else."""

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Channel, Official
from models.db import open_session
from models.settings import Settings, SettingsRefused
from tasks.people import links
from tasks.people.links import LinkRefused, calendar_owner, calendar_url, link_holder, official_url, revoke
from tests.worlds.world import World

DAY = 24 * 3600
KEY = "a key of this installation, and of no other"


@pytest.fixture
def ours(tmp_path: Path) -> Settings:
    """Settings with a key, links live ten days."""
    return Settings(_env_file=None, data=tmp_path, link_key=SecretStr(KEY), link_days=10)


@pytest.fixture
def session(small_world: World) -> Iterator[Session]:
    """A unit of work in the small roadmap."""
    with open_session(small_world.engine) as session:
        yield session


def person(session: Session, post: str) -> Official:
    found: Official = session.execute(select(Official).where(col(Official.post) == post)).scalar_one()
    return found


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[1].removesuffix(".ics")


def signed_days_ago(settings: Settings, official: Official, days: float) -> str:
    """A link as it was signed then: the serializer's own work, with the clock set back."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - days * DAY)

    serializer = links._timed(settings)
    serializer.signer = Then
    signed: str = serializer.dumps([official.id, official.link_serial, None])
    return signed


def refusal(session: Session, settings: Settings, token: str) -> str:
    with pytest.raises(LinkRefused) as refused:
        link_holder(session, settings, token)
    return str(refused.value)


def test_a_link_stands_for_its_official_and_the_channel_it_went_to(session: Session, ours: Settings) -> None:
    rector = person(session, "Ректор")
    channel = session.execute(select(Channel).where(col(Channel.official_id) == rector.id)).scalar_one()
    by = link_holder(session, ours, token_of(official_url(ours, rector, channel.id)))
    assert (by.official.id, by.channel) == (rector.id, channel)
    assert link_holder(session, ours, token_of(official_url(ours, rector))).channel is None


def test_a_channel_of_somebody_else_in_a_link_proves_nothing(session: Session, ours: Settings) -> None:
    rector, other = person(session, "Ректор"), person(session, "Методист")
    channel = session.execute(select(Channel).where(col(Channel.official_id) == other.id)).scalar_one()
    assert link_holder(session, ours, token_of(official_url(ours, rector, channel.id))).channel is None


def test_the_path_stands_behind_the_token_and_the_address_is_the_public_one(session: Session, ours: Settings) -> None:
    public = ours.model_copy(update={"public_url": "https://vekha.example.org/"})
    url = official_url(public, person(session, "Ректор"), path="/point/7")
    assert url.startswith("https://vekha.example.org/o/")
    assert url.endswith("/point/7")
    assert link_holder(session, ours, url.split("/")[-3]).official.post == "Ректор"


@pytest.mark.parametrize(
    ("days", "opens"),
    [
        pytest.param(0, True, id="a new link opens"),
        pytest.param(9.99, True, id="on its last day a link opens"),
        pytest.param(10.01, False, id="a link past its days does not"),
        pytest.param(4000, False, id="a very old one does not"),
    ],
)
def test_a_link_expires(session: Session, ours: Settings, days: float, opens: bool) -> None:
    token = signed_days_ago(ours, person(session, "Ректор"), days)
    if opens:
        assert link_holder(session, ours, token).official.post == "Ректор"
    else:
        assert refusal(session, ours, token) == "Срок действия ссылки истёк. Откройте ссылку из последнего письма."


def test_revoking_kills_every_link_of_the_official_and_of_nobody_else(session: Session, ours: Settings) -> None:
    rector, other = person(session, "Ректор"), person(session, "Методист")
    given = [token_of(official_url(ours, rector)), token_of(official_url(ours, rector, 1))]
    feed, others = token_of(calendar_url(ours, rector)), token_of(official_url(ours, other))
    revoke(session, rector)
    session.flush()
    for token in given:
        assert refusal(session, ours, token).startswith("Ссылка отозвана")
    with pytest.raises(LinkRefused, match="отозвана"):
        calendar_owner(session, ours, feed)
    assert link_holder(session, ours, others).official.id == other.id
    assert link_holder(session, ours, token_of(official_url(ours, rector))).official.id == rector.id


def test_the_link_of_a_person_who_has_left_opens_nothing(session: Session, ours: Settings) -> None:
    rector = person(session, "Ректор")
    token, feed = token_of(official_url(ours, rector)), token_of(calendar_url(ours, rector))
    rector.is_active = False
    session.flush()
    assert refusal(session, ours, token).startswith("Ссылка отозвана")
    with pytest.raises(LinkRefused, match="отозвана"):
        calendar_owner(session, ours, feed)


def forged(session: Session, ours: Settings) -> dict[str, str]:
    """Tokens that were not made here, or not for this."""
    rector = person(session, "Ректор")
    good = token_of(official_url(ours, rector))
    payload, stamp, signature = good.split(".")
    other = token_of(official_url(ours, person(session, "Методист")))
    stranger = ours.model_copy(update={"link_key": SecretStr("another key")})
    return {
        "cut short": good[:-1],
        "one letter changed": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "another official's number before our signature": f"{other.split('.')[0]}.{stamp}.{signature}",
        "a later day before our signature": f"{payload}.{other.split('.')[1][:-1]}z.{signature}",
        "no signature": payload,
        "empty": "",
        "not a token": "../../etc/passwd",
        "cyrillic": "токен.от.руки",
        "signed with another key": token_of(official_url(stranger, rector)),
        "a calendar's link": token_of(calendar_url(ours, rector)),
        "signed without our salt": str(URLSafeTimedSerializer(KEY).dumps([rector.id, 0, None])),
    }


@pytest.mark.parametrize(
    "how",
    [
        "cut short",
        "one letter changed",
        "another official's number before our signature",
        "a later day before our signature",
        "no signature",
        "empty",
        "not a token",
        "cyrillic",
        "signed with another key",
        "a calendar's link",
        "signed without our salt",
    ],
)
def test_a_forged_link_opens_nothing(session: Session, ours: Settings, how: str) -> None:
    assert refusal(session, ours, forged(session, ours)[how]).startswith("Ссылка неполна или повреждена")


def test_a_calendar_link_shows_its_owner_for_ever_and_nobody_elses(session: Session, ours: Settings) -> None:
    rector = person(session, "Ректор")
    body = session.execute(select(Body).where(col(Body.code) == "institute")).scalar_one()
    assert calendar_owner(session, ours, token_of(calendar_url(ours, rector))) == rector
    assert calendar_owner(session, ours, token_of(calendar_url(ours, body))) == body
    for token in (token_of(official_url(ours, rector)), "", "x", str(URLSafeSerializer(KEY).dumps(["o", 1, 0]))):
        with pytest.raises(LinkRefused, match="повреждена"):
            calendar_owner(session, ours, token)


def test_a_link_holds_no_name_and_no_address(session: Session, ours: Settings) -> None:
    for url in (official_url(ours, person(session, "Ректор"), 1), calendar_url(ours, person(session, "Ректор"))):
        payload = token_of(url).split(".")[0]
        assert set(base64.urlsafe_b64decode(payload + "==").decode()) <= set('[]",ob0123456789')


def test_without_a_key_in_the_settings_one_is_made_once_and_kept_private(session: Session, tmp_path: Path) -> None:
    own = Settings(_env_file=None, data=tmp_path / "new")
    token = token_of(official_url(own, person(session, "Ректор")))
    key = tmp_path / "new" / "link.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["link.key"]
    assert link_holder(session, Settings(_env_file=None, data=tmp_path / "new"), token).official.post == "Ректор"
    assert len(key.read_text()) >= 32


def test_many_starting_at_once_agree_on_one_key(tmp_path: Path) -> None:
    rector = Official(id=1, roadmap_code="krai", role="coordinator", post="Ректор", link_serial=0)
    for n in range(20):
        own = Settings(_env_file=None, data=tmp_path / f"{n}")
        with ThreadPoolExecutor(8) as threads:
            feeds = set(threads.map(lambda _, own=own: calendar_url(own, rector), range(8)))
        assert len(feeds) == 1
        assert [path.name for path in own.data.iterdir()] == ["link.key"]


@pytest.mark.parametrize("held", ["", "\n", "short"])
def test_a_key_file_that_lost_its_key_signs_nothing(held: str, tmp_path: Path) -> None:
    (tmp_path / "link.key").write_text(held, encoding="utf-8")
    with pytest.raises(SettingsRefused, match=r"link\.key"):
        links.signing_key(Settings(_env_file=None, data=tmp_path))


def test_a_key_that_was_made_up_by_an_earlier_version_goes_on_signing(tmp_path: Path) -> None:
    key = "Zs3mKxqY1b0nVd8tRw5uHc7eLg2aJf6oPi4yQk9CsTzEvXBWNMGAhDlUrSOpjI_-"
    (tmp_path / "link.key").write_text(key, encoding="ascii")
    assert links.signing_key(Settings(_env_file=None, data=tmp_path)) == key
