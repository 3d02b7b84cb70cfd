"""Starts the browser UI: for this machine only, or with a password for others too."""

import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import SecretStr

from app.settings import Settings
from app.ui.style import ACCENT_ON_DARK, ACCENT_ON_LIGHT

LOCALHOST = "127.0.0.1"
SECONDS_TO_STOP = 10
MAX_UPLOAD_MB = 200
"""An upload lies in the server's memory until it is stored; larger files are read from their folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the browser UI can be reached.

    Attributes:
        host: Address of this machine it listens on; 0.0.0.0 for all of them.
        port: Port it listens on.
        names: Names and addresses that people type to reach it, beside the host itself.
    """

    host: str = LOCALHOST
    port: int = 8501
    names: tuple[str, ...] = ()

    @property
    def private(self) -> bool:
        """True if only this machine can reach it."""
        return _is_loopback(self.host)

    @property
    def near(self) -> str:
        """The address at which this machine itself reaches it."""
        return LOCALHOST if _is_every_address(self.host) else self.host

    def all_names(self) -> list[str]:
        """What may stand in a browser's address line: a web page cannot reach us under a name of its own."""
        names = [self.near, *self.names]
        if self.private:
            names.append("localhost")
        else:
            names += [socket.gethostname(), socket.getfqdn()]
        return list(dict.fromkeys(names))


def launch_ui(settings: Settings, door: Door, *, open_browser: bool) -> int:
    """Run the browser UI until it is stopped.

    Args:
        settings: Handed on to the server through its environment.
        door: Where it can be reached.
        open_browser: Open a browser window, if there is a display.

    Returns:
        Exit code: 0 when it was stopped with Ctrl-C.
    """
    if not door.private and settings.ui_password is None:
        typer.echo(
            f"Error: others could reach {door.host}, so a password is needed, of at least 8 characters: "
            "export POLYSEEK_UI_PASSWORD=…",
            err=True,
        )
        return 1
    if _in_use(door):
        typer.echo(f"Error: port {door.port} is in use; choose another: polyseek ui --port {door.port + 1}", err=True)
        return 1
    address = f"http://{door.near}:{door.port}"
    server = subprocess.Popen(  # noqa: S603  our own command line; options are arguments, not shell text
        server_command(door, max_upload_mb=min(settings.read_file_mb, MAX_UPLOAD_MB)),
        env={**os.environ, **environment(settings)},
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        if _answers(server, door):
            typer.echo(f"polyseek is open at {address} (Ctrl-C ends it)", err=True)
            if open_browser and _has_display():
                webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:  # the terminal has sent it to the server as well
        _wait_or_end(server)
        return 0


def server_command(door: Door, *, max_upload_mb: int) -> list[str]:
    """The command line of the server; its options win over Streamlit's own configuration files."""
    options = {
        "server.address": door.host,
        "server.port": door.port,
        "server.headless": "true",  # we open the browser ourselves, and nobody is asked for an e-mail address
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": max_upload_mb,
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": door.near,
        "client.toolbarMode": "viewer",
        "client.showErrorLinks": "false",  # they would carry the text of an error to a search engine
        "theme.light.primaryColor": ACCENT_ON_LIGHT,
        "theme.dark.primaryColor": ACCENT_ON_DARK,
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    script = Path(__file__).with_name("streamlit_app.py")
    # -P: a file app.py in the working directory must not be taken for our package.
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(script)]
    command += [f"--{name}={value}" for name, value in options.items()]
    command += [f"--server.allowedHosts={name}" for name in door.all_names()]
    if not door.private:
        schemes = ("http", "https")  # https where a proxy in front of us speaks it
        origins = [f"{scheme}://{name}" for name in door.all_names() for scheme in schemes]
        command += [f"--server.corsAllowedOrigins={origin}" for origin in origins]
    return command


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, as `load_settings` reads them."""
    prefix = str(Settings.model_config["env_prefix"])
    # A password is not repeated: the server finds it where it was found.
    return {
        f"{prefix}{name.upper()}": str(value)
        for name, value in settings
        if value is not None and not isinstance(value, SecretStr)
    }


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _in_use(door: Door) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in door.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((door.host, door.port))
        except OSError:
            return True
    return False


def _answers(server: "subprocess.Popen[bytes]", door: Door) -> bool:
    """Wait until the server answers; False if it ends instead."""
    while server.poll() is None:
        connection = http.client.HTTPConnection(door.near, door.port, timeout=1)
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
