"""Guessing of the password of «Контроль»: slowed down by address and as a whole, but not for who has been inside."""

import secrets
from threading import Lock

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits.strategies import MovingWindowRateLimiter

from models.settings import Settings
from web.security import BoundedStorage, Limits, network, session_key

COOKIE = "vekha_browser"
KNOWN_SECONDS = 90 * 24 * 3600
"""A quarter: a coordinator opens «Контроль» more often."""


class LoginAttempts:
    """Attempts with a form of ours, right or wrong. Kept in memory: one process serves the pages.

    A browser that has logged in before keeps its own count, by a signed cookie: neither the errors of others behind
    the same address nor a flood from a thousand addresses shuts it out.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits, self._lock = limits, Lock()
        self._window = MovingWindowRateLimiter(BoundedStorage())
        # What all share is not thrown out by a flood of addresses.
        self._whole = MovingWindowRateLimiter(BoundedStorage())

    def may_try(self, request: Request, settings: Settings) -> bool:
        """Whether one more password is compared; it is counted."""
        who = self._who(request, settings)
        with self._lock:
            passes = all(self._window.hit(rate, who) for rate in self._limits.login)
            if passes and who.startswith("address"):
                passes = all(self._whole.hit(rate, "password") for rate in self._limits.password)
        return passes

    def may_forge(self, request: Request) -> bool:
        """Whether a form that is none of ours is answered once more; it takes nothing from those who try."""
        who = f"forged {network(request.scope)}"
        return all(self._window.hit(rate, who) for rate in self._limits.login)

    def was_right(self, request: Request, settings: Settings) -> None:
        """The errors before it were the coordinator's own."""
        who = self._who(request, settings)
        for rate in self._limits.login:
            self._window.clear(rate, who)

    def _who(self, request: Request, settings: Settings) -> str:
        try:
            known = _signed(settings).loads(request.cookies.get(COOKIE, ""), max_age=KNOWN_SECONDS)
        except BadSignature:
            return f"address {network(request.scope)}"
        return f"browser {known}"


def remember_browser(response: Response, settings: Settings) -> None:
    """From now on the browser has a count of its own. Another password makes it a stranger again."""
    response.set_cookie(
        COOKIE,
        _signed(settings).dumps(secrets.token_urlsafe(12)),
        max_age=KNOWN_SECONDS,
        path="/control/login",
        secure=(settings.public_url or "").startswith("https://"),
        httponly=True,
        samesite="strict",
    )


def _signed(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(session_key(settings), salt="browser")
