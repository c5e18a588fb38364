"""What several Prefect servers of one installation talk to each other by."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deployments.doctor.finding import Finding, bad, good
from models.settings import Settings

NAME, VARIABLE = "Redis", "VEKHA_REDIS_URL"
SECONDS = 4


def reached(settings: Settings) -> Iterator[Finding]:
    """It answers and takes the password; nothing is said where none is set."""
    if settings.redis_url is None:
        return
    url = settings.redis_url.get_secret_value()
    place = _place(url)
    limits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
    client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits)
    try:
        client.ping()
    except redis.AuthenticationError:
        yield bad(NAME, f"{place}: пароль не подошёл или не задан", f"{VARIABLE}=redis://:пароль@{place}/0")
    except redis.TimeoutError:
        yield bad(NAME, f"{place} не отвечает", "проверьте сеть и межсетевой экран до Redis")
    except redis.ConnectionError as refused:
        if isinstance(refused.__context__, socket.gaierror):
            yield bad(NAME, f"{place}: такого имени нет в сети", f"поправьте имя в {VARIABLE} или запись DNS")
        else:
            yield bad(NAME, f"{place} не принимает подключений", f"запустите Redis, проверьте порт в {VARIABLE}")
    except redis.RedisError as refused:
        yield bad(NAME, f"{place}: отказ ({type(refused).__name__})", f"проверьте {VARIABLE} и журнал Redis")
    else:
        yield good(NAME, f"{place}, отвечает")
    finally:
        client.close()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"
