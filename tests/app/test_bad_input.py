"""One bad file costs one file: each is reported with its own reason, and all others are found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PDF_HEAD = b"%PDF-1.7\n"


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file with these objects, the first being the catalogue."""
    body, offsets = bytearray(PDF_HEAD), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(body)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def one_page(content: bytes, resources: bytes = b"", *extra: bytes) -> bytes:
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << "
            b"/Font << /F 5 0 R >> %s >> >>" % resources,
            stream(content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *extra,
        ]
    )


def self_drawing_form() -> bytes:
    """A form that draws itself ten times over: memory and time without end."""
    form = stream(
        b"/X Do " * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return one_page(b"/X Do", b"/XObject << /X 6 0 R >>", form)


ENCRYPTED = pdf(
    [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"],
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (b"41" * 32, b"42" * 32),
)


@pytest.fixture
def zoo(folder: Path) -> Path:
    (folder / "good.pdf").write_bytes(one_page(b"BT /F 12 Tf 20 200 Td (The tower is forty metres high.) Tj ET"))
    (folder / "zero.txt").touch()
    (folder / "truncated.pdf").write_bytes(one_page(b"BT ET")[:60])
    (folder / "encrypted.pdf").write_bytes(ENCRYPTED)
    (folder / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    with (folder / "huge.txt").open("w") as file:
        for _ in range(200):
            file.write("All work and no play. " * 47_663)
    (folder / "broken.txt").write_bytes(
        "Die Straße führt über die Brücke. ".encode() * 20 + b"\xc3\x28\xff" + "für".encode()
    )
    (folder / "bomb.pdf").write_bytes(self_drawing_form())
    (folder / "x.pdf").mkdir()
    (folder / "secret.txt").write_text("Nobody may read this.")
    (folder / "secret.txt").chmod(0o000)
    return folder


EXPECTED = {
    "zero.txt": "empty",
    "truncated.pdf": "damaged",
    "encrypted.pdf": "encrypted",
    "picture.pdf": "wrong_type",
    "huge.txt": "too_large",
    "broken.txt": "encoding",
    "bomb.pdf": {"memory", "time", "crashed"},
    "x.pdf": "wrong_type",
    "secret.txt": "permission",
}


def test_each_bad_file_has_its_own_reason_and_all_others_are_read(zoo: Path, tmp_path: Path) -> None:
    without_root_rights = [
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
    ]
    command = [*without_root_rights, sys.executable, "-m", "app.cli", "ingest", str(zoo), "--json"]
    environment = {
        **os.environ,
        "POLYSEEK_COLLECTION": str(tmp_path / "collection"),
        "POLYSEEK_READ_CPU_S": "10",
    }
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    assert answer.returncode == 1
    report = json.loads(answer.stdout.splitlines()[-1])
    failed = {Path(change["path"]).name: change for change in report["changes"] if change["kind"] == "failed"}
    assert set(failed) == set(EXPECTED)
    for name, reason in EXPECTED.items():
        allowed = reason if isinstance(reason, set) else {reason}
        assert failed[name]["reason"] in allowed, failed[name]
    messages = [change["message"] for change in failed.values()]
    assert len(set(messages)) == len(messages)
    added = {Path(change["path"]).name for change in report["changes"] if change["kind"] == "added"}
    assert added == {"good.pdf", "lighthouse.txt", "ferry.md", "mine.txt"}
