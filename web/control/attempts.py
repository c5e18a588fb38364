"""Guessing of the password of «Контроль»: slowed down by address and as a whole, but not for who has been inside."""

import secrets
from threading import Lock

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits.strategies import MovingWindowRateLimiter

from models.settings import Settings
from tasks.admission import SharedCounters
from web.rates import BoundedStorage, Limits, network
from web.security import session_key

COOKIE = "vekha_browser"
KNOWN_SECONDS = 90 * 24 * 3600
"""A quarter: a coordinator opens «Контроль» more often."""


class LoginAttempts:
    """Attempts with a form of ours, right or wrong. Counted for all processes that serve the pages.

    Without a store that they share one process serves them, and counts in its memory. With one that is away nobody
    tries: ``DatabaseProblem``.

    A browser that has logged in before keeps its own count, by a signed cookie: neither the errors of others behind
    the same address nor a flood from a thousand addresses shuts it out.
    """

    def __init__(self, limits: Limits, shared: SharedCounters | None = None) -> None:
        self._limits, self._lock = limits, Lock()
        # What all share is not thrown out of the memory by a flood of addresses.
        self._stores = (shared or BoundedStorage(), shared or BoundedStorage())
        self._window, self._whole = (MovingWindowRateLimiter(store) for store in self._stores)
        self._forged = MovingWindowRateLimiter(BoundedStorage())

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
        return all(self._forged.hit(rate, who) for rate in self._limits.login)

    def was_right(self, request: Request, settings: Settings) -> None:
        """The errors before it were the coordinator's own."""
        who = self._who(request, settings)
        for rate in self._limits.login:
            self._window.clear(rate, who)

    def was_no_attempt(self, request: Request, settings: Settings) -> None:
        """A reader's own password is no guess, but forgives none: who has it may guess at the coordinator's."""
        who = self._who(request, settings)
        for rate in self._limits.login:
            self._stores[0].give_back(rate.key_for(who))
        if who.startswith("address"):
            for rate in self._limits.password:
                self._stores[1].give_back(rate.key_for("password"))

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
