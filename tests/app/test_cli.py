import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli import cli
from indexer import Collection, find_faults

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def lines(answer: "subprocess.CompletedProcess[str]") -> list[dict]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_ingest_ask_documents_info_and_verify(polyseek: Run, folder: Path) -> None:
    done = polyseek("ingest", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 added" in done.stdout
    asked = polyseek("ask", "How many levels does the salt mine have?", "--top-k", "1")
    assert asked.returncode == 0
    assert re.search(r"mine\.txt$", asked.stdout, re.MULTILINE)
    assert "⟦The salt mine has seven levels and an underground lake.⟧" in asked.stdout
    assert "[English]" in asked.stdout
    listed = polyseek("documents")
    assert [line.split("\t")[2] for line in listed.stdout.splitlines()] == ["type", "md", "txt", "txt"]
    facts = lines(polyseek("info", "--json"))[0]
    assert (facts["files"], facts["documents"], facts["failed"], facts["encoder"]["id"]) == (3, 3, 0, "e5-small")
    assert "passages" in polyseek("info").stdout
    checked = polyseek("verify")
    assert (checked.returncode, checked.stdout.strip()) == (0, "Everything agrees.")


def test_json_lines_carry_everything(polyseek: Run, folder: Path) -> None:
    events = lines(polyseek("ingest", folder, "--json"))
    assert {event["event"] for event in events} == {"progress", "report"}
    assert events[-1]["added"] == 3
    result, hit = lines(polyseek("ask", "Wann fährt die Fähre?", "--top-k", "1", "--json"))
    assert (result["event"], result["question_language"]) == ("result", "de")
    assert (hit["rank"], hit["title"], hit["document_type"]) == (1, "The ferry", "md")
    assert hit["text"][hit["highlight"]["start"] : hit["highlight"]["end"]] == hit["highlighted_text"]
    assert [event["path"] for event in lines(polyseek("documents", "--json"))] == sorted(map(str, folder.iterdir()))
    removed = lines(polyseek("documents", "remove", folder / "mine.txt", "--json"))
    assert removed == [{"event": "removed", "path": str(folder / "mine.txt")}]
    assert polyseek("documents", "remove", folder / "mine.txt").returncode == 1


def test_the_pages_of_a_file_and_their_text_are_shown(polyseek: Run, sample_folder: Path) -> None:
    path = next(sample_folder.glob("de-*.pdf"))
    polyseek("ingest", path)
    header, first, *_ = polyseek("documents", "show", path).stdout.splitlines()
    assert header.split("\t") == ["page", "label", "characters", "headings", "verdict", "extractor", "signs"]
    assert first.split("\t")[0] == "1"
    pages = lines(polyseek("documents", "show", path, "--json"))
    text = polyseek("documents", "show", path, "--page", "1").stdout
    assert (pages[0]["number"], pages[0]["characters"], pages[0]["check"]["verdict"]) == (1, len(text) - 1, "ok")
    beyond = polyseek("documents", "show", path, "--page", "99")
    assert (beyond.returncode, f"pages 1 to {len(pages)}" in beyond.stderr) == (1, True)
    unknown = polyseek("documents", "show", "nowhere.pdf")
    assert (unknown.returncode, "polyseek documents" in unknown.stderr) == (1, True)


def test_the_size_of_passages_is_chosen_at_first_and_changed_by_reindex(polyseek: Run, folder: Path) -> None:
    (folder / "long.txt").write_text("The keeper counts the boats of the harbour. " * 60)

    def passages() -> int:
        return {Path(file["path"]).name: file["passages"] for file in lines(polyseek("documents", "--json"))}[
            "long.txt"
        ]

    assert polyseek("ingest", folder, "--max-tokens", "64", "--overlap-tokens", "0").returncode == 0
    small = passages()
    refused = polyseek("ingest", folder, "--max-tokens", "128")
    assert (refused.returncode, "polyseek reindex --max-tokens" in refused.stderr) == (1, True)
    (folder / "long.txt").unlink()
    assert polyseek("reindex", "--max-tokens", "256").returncode == 0
    assert 0 < passages() < small / 3


def test_a_password_file_that_cannot_be_read_is_named(polyseek: Run, folder: Path) -> None:
    answer = polyseek("ingest", folder, "--password-file", "nowhere.txt")
    assert (answer.returncode, "nowhere.txt cannot be read" in answer.stderr) == (1, True)


def test_the_neutral_strength_is_an_option_and_a_property_of_the_index(polyseek: Run, folder: Path) -> None:
    polyseek("ingest", folder)

    def score(*options: str) -> float:
        return lines(polyseek("ask", "salt mine", "--top-k", "1", "--mode", "dense", "--json", *options))[1]["score"]

    assert "neutral strength 0.7" in polyseek("info").stdout
    plain = score("--neutral", "0")
    assert plain != score()
    assert "neutral strength 0" in polyseek("reindex", "--neutral", "0").stdout
    assert score() == pytest.approx(plain, abs=2e-3)
    assert score("--question-language", "th", "--neutral", "1") != score("--neutral", "1")
    refused = polyseek("reindex", "--neutral", "7")
    assert (refused.returncode, "my language first" in refused.stderr) == (1, True)


def test_the_neutral_strength_has_names(polyseek: Run, folder: Path) -> None:
    polyseek("ingest", folder)
    assert "neutral strength 0" in polyseek("reindex", "--neutral", "mine").stdout
    assert "neutral strength 0.7" in polyseek("reindex", "--neutral", "Balanced").stdout
    assert "neutral strength 1" in polyseek("reindex", "--neutral", "any").stdout

    def scores(strength: str) -> list[float]:
        return [hit["score"] for hit in lines(polyseek("ask", "salt mine", "--json", "--neutral", strength))[1:]]

    assert scores("mine") == pytest.approx(scores("0"), abs=1e-3)
    assert scores("any") == pytest.approx(scores("1"), abs=1e-3)
    assert scores("mine") != pytest.approx(scores("any"), abs=1e-2)


def test_passages_of_each_language_and_of_each_document_can_be_counted(polyseek: Run, folder: Path) -> None:
    (folder / "turm.txt").write_text(
        "Der Leuchtturm wurde im Herbst angezündet, und der Wärter pflanzt Kohl und Rüben."
    )
    (folder / "long.txt").write_text("The ferry leaves the harbour and comes back in the evening. " * 60)
    polyseek("ingest", folder)

    def hits(*options: str) -> list[dict]:
        return lines(polyseek("ask", "When does the ferry leave?", "--json", *options))[1:]

    assert [hit["language"] for hit in hits("--top-k", "2")] == ["en", "en"]
    assert {hit["language"] for hit in hits("--top-k", "2", "--per-language", "1")} == {"en", "de"}
    assert max(Counter(hit["path"] for hit in hits()).values()) > 1
    assert max(Counter(hit["path"] for hit in hits("--per-document", "1")).values()) == 1


def test_a_hit_says_what_it_is_based_on(polyseek: Run, folder: Path) -> None:
    polyseek("ingest", folder)
    headline = polyseek("ask", "salt mine levels", "--top-k", "1").stdout.splitlines()[0]
    assert re.search(r"\[English\]  score \d\.\d{3} \(meaning \d\.\d\d · words \d+%\)$", headline)
    assert "words" not in polyseek("ask", "salt mine levels", "--top-k", "1", "--mode", "dense").stdout


def test_asking_without_a_collection_says_what_to_run(polyseek: Run) -> None:
    answer = polyseek("ask", "Is anybody there?")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "polyseek ingest FOLDER" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest", "nowhere"], "does not exist"),
        (["ingest", ".", "--model", "gpt"], "e5-small"),
        (["ingest", ".", "--backend", "abacus"], "openvino"),
        (["ask", "x", "--top-k", "0"], "top_k"),
        (["ask", "x", "--language", "klingon"], "klingon"),
        (["ask", "x", "--neutral", "theirs"], "write mine (my language first), balanced, any"),
        (["ask", "x", "--neutral", "1.5"], "any language alike"),
        (["ask", "x", "--per-language", "0"], "per_language"),
        (["verify"], "there is no collection"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_1(polyseek: Run, arguments: list[str], words: str) -> None:
    if arguments[0] == "ask":
        polyseek("ingest", ".")
    answer = polyseek(*arguments)
    assert answer.returncode == 1
    assert words in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_a_mistyped_folder_makes_no_collection(polyseek: Run, tmp_path: Path) -> None:
    assert polyseek("ingest", tmp_path, tmp_path / "nowhere").returncode == 1
    assert not (tmp_path / "collection").exists()


def test_unknown_options_exit_with_2(polyseek: Run) -> None:
    assert polyseek("ask", "--no-such-option").returncode == 2


def test_a_dry_run_makes_nothing(polyseek: Run, folder: Path, tmp_path: Path) -> None:
    assert polyseek("ingest", folder, "--dry-run").returncode == 0
    assert not (tmp_path / "collection").exists()


def test_hostile_names_cannot_steer_the_terminal(polyseek: Run, folder: Path) -> None:
    (folder / "a\x1b[31m[bold]b.txt").write_text("An evil name.\n")
    polyseek("ingest", folder)
    shown = polyseek("ask", "evil name", "--top-k", "1").stdout + polyseek("documents").stdout
    assert "\x1b" not in shown
    assert shown.count("[bold]b.txt") == 2


def test_settings_come_from_flag_then_environment_then_file(polyseek: Run, folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "config" / "polyseek" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("top_k = 1\n")
    polyseek("ingest", folder)

    def hits(*flags: str, **environment: str) -> int:
        return len(lines(polyseek("ask", "ferry", "--json", *flags, **environment))) - 1

    assert hits() == 1
    assert hits(POLYSEEK_TOP_K="2") == 2
    assert hits("--top-k", "3", POLYSEEK_TOP_K="2") == 3
    config.write_text("colour = 1\n")
    assert "colour" in polyseek("ask", "ferry").stderr


def test_doctor_finds_all_well_and_damage_too(polyseek: Run, folder: Path, tmp_path: Path) -> None:
    polyseek("ingest", folder)
    well = polyseek("doctor", "--json")
    findings = {finding["subject"]: finding for finding in lines(well)}
    assert well.returncode == 0
    assert {"python", "openvino", "onnxruntime", "faiss", "gpu", "model cache", "encoder", "disk", "collection"} <= set(
        findings
    )
    assert findings["encoder"]["status"] == findings["collection"]["status"] == "ok"
    (view,) = (tmp_path / "collection" / "views").glob("*.faiss")
    view.write_bytes(b"")
    ill = polyseek("doctor")
    assert ill.returncode == 1
    assert "→ polyseek verify --repair" in ill.stdout
    assert polyseek("verify").returncode == 1
    assert polyseek("verify", "--repair").returncode == 0
    assert polyseek("verify").returncode == 0


def all_commands() -> list[tuple[str, object]]:
    group = get_command(cli)
    found = []
    for name, command in group.commands.items():
        found.append((name, command))
        found += [(f"{name} {sub}", inner) for sub, inner in getattr(command, "commands", {}).items()]
    return found


@pytest.mark.parametrize(("name", "command"), all_commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_has_help_an_example_and_documentation(name: str, command) -> None:
    assert command.help
    assert re.match(r"Example: polyseek " + name, command.epilog or "")
    for parameter in command.params:
        assert parameter.param_type_name == "argument" or parameter.help or parameter.name == "help", parameter.name
    guide = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"polyseek {name}" in guide
    undocumented = [option for parameter in command.params for option in parameter.opts if f"`{option}" not in guide]
    assert [option for option in undocumented if option.startswith("--") and option != "--help"] == []


def test_ctrl_c_keeps_what_was_finished(folder: Path, tmp_path: Path) -> None:
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"Document number {number}. " + "It goes on and on. " * 100)
    environment = {**os.environ, "POLYSEEK_COLLECTION": str(tmp_path / "collection")}
    command = [sys.executable, "-m", "app.cli", "ingest", str(folder), "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("phase") == "reading":
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.startswith("Interrupted. What was finished is kept")
    assert "Traceback" not in errors
    with Collection.open(tmp_path / "collection") as collection, collection.session() as session:
        assert 0 < len(session.files()) < 300
    assert find_faults(collection) == []


def test_a_question_that_is_not_answered_is_said_not_to_be(polyseek: Run, folder: Path) -> None:
    polyseek("ingest", folder)
    question = "Who won the giraffe race of Nairobi in 1987?"
    said = polyseek("ask", question).stdout
    assert said.startswith("Probably not answered in these documents")
    assert "(below 15%)" in said
    told = lines(polyseek("ask", question, "--json"))[0]
    assert told["abstained"] is True
    assert told["answer_probability"] < told["abstention_threshold"] == 0.15
    assert "Probably not" not in polyseek("ask", question, "--abstain-below", "0").stdout
    assert "Probably not" not in polyseek("ask", "How many levels has the salt mine?").stdout
