"""Starts the browser UI on this machine, for this machine only."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

import typer

from app.settings import Settings
from app.ui.style import ACCENT

HOST = "127.0.0.1"
SECONDS_TO_STOP = 10
MAX_UPLOAD_MB = 200
"""An upload lies in the server's memory until it is stored; larger files are read from their folder."""


def launch_ui(settings: Settings, *, port: int, open_browser: bool) -> int:
    """Run the browser UI until it is stopped.

    Args:
        settings: Handed on to the server through its environment.
        port: Port on this machine.
        open_browser: Open a browser window, if there is a display.

    Returns:
        Exit code: 0 when it was stopped with Ctrl-C.
    """
    address = f"http://{HOST}:{port}"
    if _in_use(port):
        typer.echo(f"Error: port {port} is in use; choose another: polyseek ui --port {port + 1}", err=True)
        return 1
    server = subprocess.Popen(  # noqa: S603  our own command line, nothing of it is typed by a user but the port
        server_command(port, max_upload_mb=min(settings.read_file_mb, MAX_UPLOAD_MB)),
        env={**os.environ, **environment(settings)},
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        if _answers(server, port):
            typer.echo(f"polyseek is open at {address} (Ctrl-C ends it)", err=True)
            if open_browser and _has_display():
                webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:  # the terminal has sent it to the server as well
        _wait_or_end(server)
        return 0


def server_command(port: int, *, max_upload_mb: int) -> list[str]:
    """The command line of the server; its options win over Streamlit's own configuration files."""
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": "true",  # we open the browser ourselves, and nobody is asked for an e-mail address
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": max_upload_mb,
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": HOST,
        "client.toolbarMode": "viewer",
        "client.showErrorLinks": "false",  # they would carry the text of an error to a search engine
        "theme.light.primaryColor": ACCENT,
        "theme.dark.primaryColor": ACCENT,
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    script = Path(__file__).with_name("streamlit_app.py")
    # -P: a file app.py in the working directory must not be taken for our package.
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(script)]
    command += [f"--{name}={value}" for name, value in options.items()]
    # A web page cannot reach us under a name of its own.
    return command + [f"--server.allowedHosts={name}" for name in (HOST, "localhost")]


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, as `load_settings` reads them."""
    prefix = str(Settings.model_config["env_prefix"])
    return {f"{prefix}{name.upper()}": str(value) for name, value in settings if value is not None}


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _answers(server: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until the server answers; False if it ends instead."""
    while server.poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=1)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == http.client.OK:
                return True
        except OSError:
            pass  # it does not listen yet
        finally:
            connection.close()
        time.sleep(0.1)
    return False


def _has_display() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wait_or_end(server: "subprocess.Popen[bytes]") -> None:
    try:
        server.wait(timeout=SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
