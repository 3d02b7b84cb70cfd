"""The password of the browser UI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import app
from app.ui.entrance import FREE_TRIES, LONGEST_WAIT_S, PASS_VALID_S, Entrance

PASSWORD = "correct horse"  # noqa: S105  of a server that runs for a test
SCRIPT = Path(app.__file__).with_name("streamlit_app.py")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entrance(clock: Clock) -> Entrance:
    return Entrance(PASSWORD, clock)


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


def test_the_right_password_gives_a_pass_that_holds_for_a_while(entrance: Entrance, clock: Clock) -> None:
    token = entrance.try_password("me", PASSWORD)
    assert token is not None
    assert entrance.knows(token)
    clock.now += PASS_VALID_S + 1
    assert not entrance.knows(token)


@pytest.mark.parametrize("typed", ["", "correct", "correct horse ", "CORRECT HORSE", "\ud800", "ß" * 1000])
def test_another_password_gives_none(entrance: Entrance, typed: str) -> None:
    assert entrance.try_password("me", typed) is None


def test_no_pass_is_guessed(entrance: Entrance) -> None:
    assert not entrance.knows("")
    assert not entrance.knows("a" * 43)


def test_guessing_takes_longer_each_time_and_even_the_right_password_has_to_wait(
    entrance: Entrance, clock: Clock
) -> None:
    for _ in range(FREE_TRIES):
        assert entrance.wait_s("guesser") == 0
        entrance.try_password("guesser", "wrong")
    assert entrance.wait_s("guesser") == 1
    assert entrance.try_password("guesser", PASSWORD) is None
    waits = []
    for _ in range(12):
        clock.now += entrance.wait_s("guesser")
        entrance.try_password("guesser", "wrong")
        waits.append(entrance.wait_s("guesser"))
    assert waits == [min(2.0**n, LONGEST_WAIT_S) for n in range(1, 13)]


def test_one_who_guesses_does_not_keep_others_out(entrance: Entrance) -> None:
    for _ in range(FREE_TRIES + 1):
        entrance.try_password("guesser", "wrong")
    assert entrance.try_password("somebody else", PASSWORD) is not None


def test_the_password_is_not_in_the_entrance_s_own_words(entrance: Entrance) -> None:
    assert PASSWORD not in repr(entrance)


def test_nothing_is_shown_before_the_password_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYSEEK_COLLECTION", str(tmp_path / "secret-place"))
    monkeypatch.setenv("POLYSEEK_UI_PASSWORD", PASSWORD)
    page = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    assert not page.code
    assert [box.label for box in page.text_input] == ["Password"]
    page.text_input[0].set_value("wrong one")
    page.button[0].click().run()
    assert "This is not the password." in " ".join(element.value for element in page.html)
    page.text_input[0].set_value(PASSWORD)
    page.button[0].click().run()
    assert not page.exception
    assert "secret-place" in page.code[0].value
