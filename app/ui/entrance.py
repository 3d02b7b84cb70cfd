"""Asks for the password before anything is shown, where one is set."""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from app.ui import render
from app.ui.language import _, plural

COOKIE: Final = "polyseek_pass"
PASS_VALID_S: Final = 12 * 3600
FREE_TRIES: Final = 5
"""Wrong passwords before the next one has to wait: 1 s, then twice as long each time."""
LONGEST_WAIT_S: Final = 300.0
_SET_COOKIE: Final = "<script>document.cookie = {cookie};</script>"


@dataclass(slots=True)
class Entrance:
    """Who has been let in, and who has guessed; one for all sessions of a server.

    Args:
        password: The right one.
        clock: Seconds, never going back.
    """

    password: str = field(repr=False)
    clock: Callable[[], float] = time.monotonic
    _passes: dict[str, float] = field(default_factory=dict)
    _wrong: dict[str, int] = field(default_factory=dict)
    _closed_until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def knows(self, token: str) -> bool:
        """True if this pass was given out and still holds."""
        with self._lock:
            return self._passes.get(token, 0.0) > self.clock()

    def wait_s(self, visitor: str) -> float:
        """Seconds until this visitor may try again, 0 if now."""
        with self._lock:
            return max(0.0, self._closed_until.get(visitor, 0.0) - self.clock())

    def try_password(self, visitor: str, typed: str) -> str | None:
        """Give a pass for the right password; None for a wrong one, or for one that came too early.

        Args:
            visitor: The address it comes from.
            typed: What was typed.
        """
        with self._lock:
            now = self.clock()
            if self._closed_until.get(visitor, 0.0) > now:
                return None
            if not hmac.compare_digest(typed.encode("utf-8", "replace"), self.password.encode()):
                self._wrong[visitor] = wrong = self._wrong.get(visitor, 0) + 1
                if wrong >= FREE_TRIES:
                    self._closed_until[visitor] = now + min(2.0 ** (wrong - FREE_TRIES), LONGEST_WAIT_S)
                return None
            self._wrong.pop(visitor, None)
            self._passes = {token: end for token, end in self._passes.items() if end > now}
            token = secrets.token_urlsafe(32)
            self._passes[token] = now + PASS_VALID_S
            return token


def is_let_in(password: str) -> bool:
    """True if the visitor has given the password, now or before."""
    token = st.session_state.get(COOKIE) or st.context.cookies.get(COOKIE, "")
    if not _entrance(password).knows(token):
        return False
    if COOKIE in st.session_state:  # the browser keeps it for the next reload
        cookie = f"{COOKIE}={token}; path=/; max-age={PASS_VALID_S}; samesite=strict"
        st.html(_SET_COOKIE.format(cookie=json.dumps(cookie)), unsafe_allow_javascript=True)
    return True


def ask_for_password(password: str) -> None:
    """Ask the visitor for the password, and let in who knows it."""
    entrance, visitor = _entrance(password), st.context.ip_address or "this machine"
    render.show_title("polyseek")
    with st.form("entrance", border=False):
        typed = st.text_input(_("Password"), type="password", autocomplete="current-password")
        sent = st.form_submit_button(_("Open"), type="primary")
    if not sent:
        return
    token = entrance.try_password(visitor, typed or "")
    if token is not None:
        st.session_state[COOKIE] = token
        st.rerun()
    wait_s = round(entrance.wait_s(visitor))
    if wait_s:
        render.show_error(plural("Wait {count} second and try again.", "Wait {count} seconds and try again.", wait_s))
    else:
        render.show_error(_("This is not the password."))


@st.cache_resource(show_spinner=False, max_entries=1)
def _entrance(password: str) -> Entrance:
    return Entrance(password)
