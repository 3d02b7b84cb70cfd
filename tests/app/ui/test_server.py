"""The whole browser UI: the script that Streamlit runs, and the server that `polyseek ui` starts."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import app
from app.launch_ui import Door, environment, launch_ui, server_command
from app.settings import Settings, SettingsFileError, load_settings
from app.ui.library.ingest_job import Order, ingest_command

SCRIPT = Path(app.__file__).with_name("streamlit_app.py")


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_script_opens_the_ask_page_of_the_collection_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYSEEK_COLLECTION", str(tmp_path / "nowhere"))
    page = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    assert not page.exception
    assert str(tmp_path / "nowhere") in page.code[0].value


@pytest.mark.parametrize(("name", "value"), [("POLYSEEK_TOP_K", "many"), ("POLYSEEK_MODEL", "no-such-model")])
def test_a_wrong_setting_is_explained_on_the_page(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    page = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    assert not page.exception
    assert value in "".join(element.value for element in page.html if 'ps-notice ps-error"' in element.value)


def test_all_settings_reach_the_server_through_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(collection=tmp_path / "mine", top_k=7, backend="onnxruntime", workers=2, read_file_mb=9)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_the_server_is_private_and_silent(port: int) -> None:
    options = {part for part in server_command(Door(port=port), max_upload_mb=50) if part.startswith("--")}
    assert {
        "--server.address=127.0.0.1",
        "--server.allowedHosts=127.0.0.1",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--server.headless=true",
        "--server.maxUploadSize=50",
        "--browser.gatherUsageStats=false",
    } <= options


@pytest.mark.parametrize(
    "command",
    [server_command(Door(), max_upload_mb=1), ingest_command(Path("/collection"), Order(folders=(Path("/folder"),)))],
)
def test_a_foreign_app_py_in_the_working_directory_is_not_taken_for_ours(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('the wrong app')")
    interpreter = command[: command.index("-m")]
    script = [*interpreter, "-c", "import app; print(app.__file__)"]
    shown = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(shown.stdout.strip()) == Path(str(app.__file__))


def test_a_port_in_use_is_named_and_another_proposed(
    tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert launch_ui(Settings(collection=tmp_path), Door(port=port), open_browser=False) == 1
    assert f"port {port} is in use; choose another: polyseek ui --port {port + 1}" in capsys.readouterr().err


def test_others_are_let_in_only_where_a_password_is_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    door = Door(host="0.0.0.0", port=1)  # noqa: S104  it is refused
    assert launch_ui(Settings(collection=tmp_path), door, open_browser=False) == 1
    assert "POLYSEEK_UI_PASSWORD" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_loopback_address_is_private(host: str) -> None:
    assert Door(host=host).private


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example"])  # noqa: S104  nothing listens
def test_every_other_address_is_not_private(host: str) -> None:
    assert not Door(host=host).private


def test_a_server_for_others_answers_under_the_names_it_was_told_and_no_other() -> None:
    command = server_command(Door(host="192.168.1.5", names=("archive.example",)), max_upload_mb=1)
    hosts = {part.split("=")[1] for part in command if part.startswith("--server.allowedHosts=")}
    assert hosts == {"192.168.1.5", "archive.example", socket.gethostname(), socket.getfqdn()}
    assert "--server.corsAllowedOrigins=https://archive.example" in command


def test_the_password_is_not_repeated_to_the_server_nor_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYSEEK_UI_PASSWORD", "correct horse")
    settings = load_settings()
    assert "correct horse" not in repr(settings) + repr(environment(settings))
    monkeypatch.setenv("POLYSEEK_UI_PASSWORD", "short")
    with pytest.raises(SettingsFileError, match="at least 8") as refused:
        load_settings()
    assert "short" not in str(refused.value).replace("too_short", "")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_server_answers_only_its_own_pages_and_ends_cleanly(
    tmp_path: Path, port: int, stop: signal.Signals
) -> None:
    command = [sys.executable, "-P", "-m", "app.cli", "ui", "--no-browser", "--port", str(port)]
    command += ["--collection", str(tmp_path / "nowhere")]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True) as ui:
        try:
            errors = use_and_stop(ui, port, stop)
        finally:
            if ui.poll() is None:
                os.killpg(ui.pid, signal.SIGKILL)
    assert ui.returncode == 0
    assert "Traceback" not in errors
    with pytest.raises(ConnectionRefusedError):
        get(port, "/", {})


def use_and_stop(ui: "subprocess.Popen[str]", port: int, stop: signal.Signals) -> str:
    assert ui.stderr is not None
    assert ui.stderr.readline() == f"polyseek is open at http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert get(port, "/_stcore/health", {}) == (200, "ok")
    assert get(port, "/_stcore/stream", WEBSOCKET | {"Host": "polyseek.example"})[0] == 403
    assert get(port, "/_stcore/stream", WEBSOCKET | {"Origin": "https://polyseek.example"})[0] == 403
    if stop is signal.SIGINT:
        os.killpg(ui.pid, stop)  # as a terminal does: to all processes in the foreground
    else:
        ui.send_signal(stop)
    return ui.communicate(timeout=60)[1]


WEBSOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


def get(port: int, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
