"""The command line: reading tests from a folder, showing results, exit codes, errors in one line."""

import base64
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.responses import Response
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner, Result

from sandbox import supervisor
from sandbox.cli import languages, tables
from sandbox.cli.errors import CliError, visible
from sandbox.cli.main import app, run_command_line
from sandbox.cli.request import RunOptions, build, content
from sandbox.cli.run import exit_code
from sandbox.cli.testdata import TestData, in_natural_order, read_tests
from sandbox.models import Readiness, RunResult, Verdict, content_bytes
from tests.fake_service import PYTHON, READY, FakeService, done, refusal, serving, step

# `sandbox serve` sets up the log of the process that it is in.
pytestmark = pytest.mark.usefixtures("log_as_it_was")

ROOT = Path(__file__).parents[2]
START = [sys.executable, "-c", "from sandbox.cli.main import main; main()"]
NOBODY = "http://127.0.0.1:1"  # the port is reserved and unused


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


# --- tests from a folder ------------------------------------------------------------------------

file_names = st.from_regex(r"[a-z0-9_-][a-z0-9 ._-]{0,7}[a-z0-9_-]", fullmatch=True)
test_names = st.builds("{}{}".format, st.sampled_from(["", "sample/", "secret/2/"]), file_names)
suites = st.dictionaries(
    test_names,
    st.tuples(st.binary(max_size=9), st.none() | st.binary(max_size=9), st.booleans()),
    min_size=1,
    max_size=12,
).filter(lambda tests: not any(name.endswith((".in", ".ans", ".out")) for name in tests))


@given(suites)
def test_what_lies_in_a_folder_is_read_whole_and_in_natural_order(
    suite: dict[str, tuple[bytes, bytes | None, bool]],
):
    with TemporaryDirectory() as folder:
        for name, (stdin, expected, as_out) in suite.items():
            write(Path(folder), {f"{name}.in": stdin})
            if expected is not None:
                write(Path(folder), {f"{name}.{'out' if as_out else 'ans'}": expected})
        tests = read_tests(Path(folder))
    expected_tests = [TestData(name, *suite[name][:2]) for name in in_natural_order(suite)]
    assert expected_tests == tests


@given(st.lists(st.text(max_size=8)))
def test_natural_order_loses_nothing_and_depends_on_the_names_only(names: list[str]):
    ordered = in_natural_order(names)
    assert sorted(names) == sorted(ordered)
    assert ordered == in_natural_order(reversed(names))


@given(st.lists(st.integers(0, 10**12), unique=True), st.text("ab./", max_size=3))
@example([10, 2, 1], "test")
def test_numbers_are_in_order_of_their_value(numbers: list[int], prefix: str):
    names = [f"{prefix}{number}" for number in numbers]
    assert [f"{prefix}{number}" for number in sorted(numbers)] == in_natural_order(names)


def test_natural_order_goes_by_folder():
    names = ["secret/10", "secret/9-x", "sample/2", "1", "secret/9"]
    assert ["1", "sample/2", "secret/9", "secret/9-x", "secret/10"] == in_natural_order(names)


def test_an_answer_has_precedence_over_an_output(tmp_path: Path):
    write(tmp_path, {"1.in": "a", "1.ans": "answer", "1.out": "output", "2.in": "b", "2.out": "o"})
    assert [b"answer", b"o"] == [test.expected for test in read_tests(tmp_path)]


def test_an_input_without_an_answer_is_run_but_not_judged(tmp_path: Path):
    assert [TestData("1", b"a", None)] == read_tests(write(tmp_path, {"1.in": "a"}))


def test_what_is_no_test_is_left_alone(tmp_path: Path):
    others = {"a.out": "ELF", "notes.txt": "", ".hidden/2.in": "", ".3.in": "", ".in": ""}
    (tmp_path / "loop").symlink_to(tmp_path)
    write(tmp_path, {"1.in": "a", "1.in.gz": "", **others})
    assert ["1"] == [test.name for test in read_tests(tmp_path)]


def no_folder(folder: Path) -> None:
    folder.rmdir()


def a_file_instead(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("")


def no_inputs(folder: Path) -> None:
    write(folder, {"1.out": "", "readme": ""})


def an_answer_alone(folder: Path) -> None:
    write(folder, {"1.in": "", "2.ans": ""})


def a_dangling_link(folder: Path) -> None:
    (folder / "1.in").symlink_to("nowhere")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "1.in")


def a_long_name(folder: Path) -> None:
    write(folder, {f"{'x' * 65}.in": ""})


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (no_folder, "tests: No such file or directory"),
        (a_file_instead, "tests: Not a directory"),
        (no_inputs, "tests: no test in this folder"),
        (an_answer_alone, "2.ans: an answer without its input"),
        (a_dangling_link, "1.in: No such file or directory"),
        (a_pipe, "1.in: not a regular file"),
        (a_long_name, "64 characters at most"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_folder_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, spoil: Callable[[Path], None], complaint: str
):
    folder = tmp_path / "tests"
    folder.mkdir()
    spoil(folder)
    with pytest.raises(CliError, match=complaint):
        read_tests(folder)


# --- from options to a request ------------------------------------------------------------------


@given(st.binary())
def test_bytes_travel_unchanged(data: bytes):
    with TemporaryDirectory() as name:
        folder = write(Path(name), {"x.py": "", "t/1.in": data, "t/1.ans": data, "f": data})
        options = RunOptions(folder / "x.py", tests=folder / "t", files=[folder / "f"])
        request = build(options)
    test = request.tests[0]
    assert test.expected_output is not None
    for value in (test.stdin, test.expected_output, request.files["f"]):
        assert data == content_bytes(value)


def test_text_stays_readable():
    assert ("ü", {"base64": "/w=="}) == (content("ü".encode()), content(b"\xff"))


@pytest.mark.parametrize(
    ("name", "language"),
    [("a.py", "python"), ("A.PY", "python"), ("a.c", "c"), ("a.C", "cpp"), ("a.b.cc", "cpp")],
)
def test_the_extension_tells_the_language(name: str, language: str):
    assert language == languages.guess(Path(name))


@pytest.mark.parametrize("name", ["a", "a.txt", ".py", "a.py~"])
def test_other_extensions_do_not(name: str):
    with pytest.raises(CliError, match="--language"):
        languages.guess(Path(name))


def test_files_keep_their_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(write(tmp_path, {"x.py": "", "data/a": "1", "b": "2", "c": "3"}))
    paths = [Path("data/a"), Path("./b"), tmp_path / "c"]
    assert {"data/a": "1", "b": "2", "c": "3"} == build(RunOptions(Path("x.py"), files=paths)).files


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"abs_tol": 0.1}, "abs_tol and rel_tol go with the checker 'floats' only"),
        ({"checker": "exact", "ignore_case": True}, "checker"),
        ({"cpu_time_s": -1.0}, "limits.cpu_time_s"),
        ({"memory_mb": 1}, "limits.memory_mb"),
        ({"language": ""}, "language"),
        ({"args": ["a\0"]}, "args.0"),
        ({"files": [Path("x.py"), Path.cwd() / "x.py"]}, "called 'x.py' in there already"),
        ({"files": [Path("nothing")]}, "nothing: No such file"),
    ],
)
def test_options_without_sense_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], complaint: str
):
    monkeypatch.chdir(write(tmp_path, {"x.py": ""}))
    with pytest.raises(CliError, match=complaint):
        build(RunOptions(Path("x.py"), **options))


def test_source_code_that_is_no_text_is_refused(tmp_path: Path):
    write(tmp_path, {"x.py": b"ok\xff"})
    with pytest.raises(CliError, match=r"x.py: not UTF-8 text \(byte 3\)"):
        build(RunOptions(tmp_path / "x.py"))


# --- what is shown ------------------------------------------------------------------------------


@given(st.text())
@example("\x1b[2J\r\u202e\ud800")
def test_nothing_shown_can_move_the_cursor_or_turn_text_round(text: str):
    assert all(character.isprintable() or character == "\n" for character in visible(text))


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_plain_text_is_shown_as_it_is(text: str):
    assert text == visible(text)


def drawn(table: object) -> str:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_a_table_of_tests_shows_each_one_with_its_difference():
    steps = [
        step(Verdict.AC, id="sample/1"),
        step(Verdict.WA, id="[red]", message="token 3: expected '[b]4', got '5'"),
        step(Verdict.RE, id="3", message="exit status 1", stderr="Traceback\n\x1b[2JBad: x\n\n"),
        step(Verdict.SK, id="4"),
        step(Verdict.TLE, id="5", cpu_time_s=10, flags=["wall_time"]),
    ]
    rows = [line.rstrip() for line in drawn(tables.tests_table(steps)).splitlines()]
    assert [
        "test      verdict  CPU ms  wall ms  memory MiB  note",
        "sample/1  AC           11       12         9.0",
        "[red]     WA           11       12         9.0  token 3: expected '[b]4', got '5'",
        "3         RE           11       12         9.0  exit status 1; \\x1b[2JBad: x",
        "4         SK",
        "5         TLE       10000       12         9.0  wall_time",
    ] == rows


def test_a_note_is_cut_before_it_fills_the_screen():
    shown = tables.note(step(Verdict.WA, message="x" * 10_000))
    assert len(shown) == 300
    assert shown.endswith("x…")


def test_the_summary_adds_up():
    steps = [step(Verdict.AC), step(Verdict.WA, memory_bytes=10 << 20), step(Verdict.OK),
             step(Verdict.SK, cpu_time_s=0)]  # fmt: skip
    result = done(Verdict.WA, passed=1, total=3, tests=steps, timing={"total_s": 0.5})
    assert (
        "WA  1/3 · 1 not judged · CPU 33 ms (longest 11) · wall 38 ms (longest 12) · "
        "memory 10.0 MiB at most · 0.50 s in all"
    ) == tables.tests_summary(result).plain


def test_the_summary_of_a_run_says_why_it_ended():
    run = step(Verdict.RE, message="exit status 3", stderr="shown already", flags=["odd"])
    expected = "RE  exit status 3; odd · CPU 11 ms · wall 12 ms · memory 9.0 MiB"
    assert expected == tables.run_summary(done(Verdict.RE, run=run)).plain


def test_a_fault_is_told_in_the_summary():
    expected = "IE  worker_lost: a worker died"
    assert expected == tables.run_summary(done(Verdict.IE)).plain


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (done(Verdict.AC), 0),
        (done(Verdict.OK), 0),
        *((done(verdict), 1) for verdict in Verdict if verdict not in ("AC", "OK", "IE")),
        (done(Verdict.IE), 3),
        (RunResult(id="r", status="cancelled"), 3),
    ],
)
def test_the_exit_code_tells_good_bad_and_fault_apart(result: RunResult, code: int):
    assert code == exit_code(result)


# --- commands, in this process ------------------------------------------------------------------


@dataclass
class Desk:
    """A fake service, a folder with a program, and the command line between them."""

    service: FakeService
    url: str
    folder: Path

    def run(self, *arguments: str, stdin: bytes | None = None) -> Result:
        command = ["run", str(self.folder / "x.py"), "--url", self.url, *arguments]
        return CliRunner().invoke(app, command, input=stdin)

    def ask(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--url", self.url])


@pytest.fixture(scope="module")
def shared_service() -> Iterator[tuple[FakeService, str]]:
    service = FakeService()
    with serving(service.app()) as url:
        yield service, url


@pytest.fixture
def desk(shared_service: tuple[FakeService, str], tmp_path: Path) -> Desk:
    service, url = shared_service
    service.reset()
    return Desk(service, url, write(tmp_path, {"x.py": "print(1)"}))


def test_a_run_writes_what_the_program_wrote(desk: Desk):
    out, err = b"\xff\x00out", "err\n"
    run = step(Verdict.OK, stdout="?", stdout_base64=base64.b64encode(out).decode(), stderr=err,
               exit_code=0)  # fmt: skip
    desk.service.otherwise = done(Verdict.OK, run=run)
    result = desk.run()
    assert out == result.stdout_bytes
    assert "err\nOK  CPU 11 ms · wall 12 ms · memory 9.0 MiB\n" == result.stderr
    assert 0 == result.exit_code


def test_all_options_reach_the_service(desk: Desk):
    (desk.folder / "in").write_text("input")
    desk.run(
        *("--language", "py", "--stdin", str(desk.folder / "in"), "--checker", "floats"),
        *("--abs-tol", "0.1", "--rel-tol", "0", "--cpu", "1.5", "--wall", "3", "--memory", "64"),
        *("--arg", "-v", "--arg", "", "--file", str(desk.folder / "in")),
        "--stop-on-first-failure",
    )
    assert {
        "language": "py",
        "code": "print(1)",
        "files": {"in": "input"},
        "args": ["-v", ""],
        "stdin": "input",
        "limits": {"cpu_time_s": 1.5, "wall_time_s": 3.0, "memory_mb": 64},
        "tests": [],
        "checker": {"type": "floats", "abs_tol": 0.1, "rel_tol": 0.0},
        "stop_on_first_failure": True,
    } == json.loads(desk.service.seen[0].body)


def test_input_may_come_from_this_commands_own(desk: Desk):
    desk.run("--stdin", "-", stdin=b"\xff")
    assert {"base64": "/w=="} == json.loads(desk.service.seen[0].body)["stdin"]


def test_tests_are_judged_and_shown(desk: Desk):
    write(desk.folder / "t", {"sample/1.in": "1", "sample/1.ans": "2", "secret/10.in": "3"})
    steps = [step(Verdict.WA, id="sample/1", message="token 1"), step(Verdict.OK, id="secret/10")]
    desk.service.otherwise = done(Verdict.WA, tests=steps, total=1)
    result = desk.run("--tests", str(desk.folder / "t"))
    sent = json.loads(desk.service.seen[0].body)["tests"]
    assert [
        {"id": "sample/1", "stdin": "1", "expected_output": "2"},
        {"id": "secret/10", "stdin": "3"},
    ] == sent
    assert ["test", "sample/1", "secret/10"] == [
        row.split()[0] for row in result.stdout.splitlines()
    ]
    assert result.stderr.startswith("WA  0/1 · 1 not judged")
    assert 1 == result.exit_code


@pytest.mark.parametrize("with_tests", [True, False])
def test_what_the_compiler_says_is_shown(desk: Desk, with_tests: bool):
    write(desk.folder / "t", {"1.in": ""})
    compiler = step(Verdict.CE, stderr="x.c:1: error: \x1b[31m[bold]\n", exit_code=1)
    skipped = [step(Verdict.SK, id="1")] if with_tests else []
    desk.service.otherwise = done(Verdict.CE, compile=compiler, tests=skipped, total=len(skipped))
    result = desk.run(*(["--tests", str(desk.folder / "t")] if with_tests else []))
    assert "x.c:1: error: \\x1b[31m[bold]\nCE  " in result.stderr
    assert ("", 1) == (result.stdout, result.exit_code)


def test_json_is_the_services_answer_and_nothing_else(desk: Desk):
    desk.service.otherwise = done(Verdict.TLE, run=step(Verdict.TLE, stdout="ü"))
    result = desk.run("--json")
    assert desk.service.otherwise == RunResult.model_validate_json(result.stdout)
    assert ("", 1) == (result.stderr, result.exit_code)


def test_a_service_that_is_not_ready_is_waited_for_and_said_to_be(desk: Desk):
    desk.service.readiness = Readiness(ready=False, reasons=["no worker"])
    desk.service.answers.append(refusal(503, retry_after="0"))
    result = desk.run()
    assert result.stderr.startswith("the service is not ready (no worker); waiting\nAC  ")
    assert 0 == result.exit_code


def test_languages_are_listed(desk: Desk):
    listed = desk.ask("languages")
    assert "python    py, python3  3.11     python  10 s  256 MiB" in listed.stdout
    assert [PYTHON.model_dump(mode="json")] == json.loads(desk.ask("languages", "--json").stdout)


def test_status_shows_readiness_workers_and_the_host_check(desk: Desk):
    rows = [line.rstrip() for line in desk.ask("status").stdout.splitlines()]
    assert [
        "ready  4 slots · 2 running · 3 queued",
        "",
        "worker  slots",
        "w1      4",
        "",
        "         host check  finding",
        "PASS     crun        1.8.1",
        "CAUTION  swap        swap is on",
        "                     → swapoff -a",
    ] == rows


def test_a_row_is_one_line_where_there_is_no_terminal(desk: Desk):
    write(desk.folder / "t", {"1.in": ""})
    note = "word " * 50
    desk.service.otherwise = done(Verdict.WA, tests=[step(Verdict.WA, id="1", message=note)])
    lines = desk.run("--tests", str(desk.folder / "t")).stdout.splitlines()
    assert 2 == len(lines)
    assert note.strip() in lines[1]


def test_status_names_the_workers_that_have_given_up_once_each(desk: Desk):
    faults = {"w2": "the image python has changed", "w3": "no \x1b[2Jcgroups"}
    desk.service.readiness = READY.model_copy(update={"faults": faults})
    others_work = desk.ask("status")
    assert others_work.exit_code == 0
    desk.service.readiness = Readiness(
        ready=False, reasons=["no worker is connected", *faults.values()], faults=faults
    )
    nobody_works = desk.ask("status")
    assert nobody_works.exit_code == 1
    for shown in (others_work.stdout, nobody_works.stdout):
        assert "- w2 has given up: the image python has changed\n" in shown
        assert "- w3 has given up: no \\x1b[2Jcgroups\n" in shown
        assert shown.count("cgroups") == 1
    assert "- no worker is connected\n" in nobody_works.stdout


def test_status_ends_with_1_if_no_work_is_taken(desk: Desk):
    desk.service.readiness = READY.model_copy(update={"ready": False, "reasons": ["draining"]})
    shown, as_json = desk.ask("status"), desk.ask("status", "--json")
    assert shown.stdout.startswith("not ready  4 slots · 2 running · 3 queued\n- draining\n")
    assert desk.service.readiness == Readiness.model_validate_json(as_json.stdout)
    assert (1, 1) == (shown.exit_code, as_json.exit_code)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (refusal(422, "unknown_language"), "error: the service refuses it: because\n"),
        (Response("<html>", 404), "is this address a sandbox?\n"),
        (Response("<html>", 200), "error: not an answer of this service"),
    ],
)
def test_an_answer_that_is_no_result_is_one_line(
    desk: Desk, capfd: pytest.CaptureFixture[str], answer: Response, complaint: str
):
    desk.service.answers.append(answer)
    code = run_command_line(["run", str(desk.folder / "x.py"), "--url", desk.url])
    shown = capfd.readouterr()
    assert (2, "") == (code, shown.out)
    assert complaint in shown.err
    assert 1 == shown.err.count("\n")


# --- commands of this machine, whose modules are heavy -------------------------------------------


def fake_module(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> None:
    module = types.ModuleType(name)
    vars(module).update(members)
    monkeypatch.setitem(sys.modules, name, module)


def test_serve_takes_what_is_given_and_leaves_the_rest_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
):
    served: list[Any] = []
    monkeypatch.setattr(supervisor, "serve", lambda *given: served.append(given))
    monkeypatch.setenv("SANDBOX_PORT", "1234")
    monkeypatch.setenv("SANDBOX_SLOTS", "5")
    assert 0 == run_command_line(["serve", "--host", "::1", "--slots", "7"])
    ((settings, roles),) = served
    assert ("::1", 1234, 7) == (settings.host, settings.port, settings.slots)
    assert supervisor.Role.API | supervisor.Role.WORKERS == roles


@pytest.mark.parametrize(
    ("command", "role"), [("api", supervisor.Role.API), ("worker", supervisor.Role.WORKERS)]
)
def test_one_part_alone_is_served_where_a_queue_is_set(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
    role: supervisor.Role,
):
    monkeypatch.setenv("SANDBOX_RUN_DIR", str(tmp_path))
    assert 2 == run_command_line([command])
    assert "set SANDBOX_QUEUE" in capsys.readouterr().err
    served: list[Any] = []
    monkeypatch.setattr(supervisor, "serve", lambda *given: served.append(given))
    monkeypatch.setenv("SANDBOX_QUEUE", "redis://127.0.0.1:1/0")
    assert 0 == run_command_line([command])
    assert role == served[0][1]


def test_what_keeps_the_service_from_starting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def refuse(*_: object) -> None:
        raise supervisor.StartError("the port is taken")

    monkeypatch.setattr(supervisor, "serve", refuse)
    assert 2 == run_command_line(["serve"])
    assert 2 == run_command_line(["serve", "--port", "70000"])
    lines = capsys.readouterr().err.splitlines()
    assert "error: the port is taken" == lines[0]
    assert lines[1].startswith("error: setting port: ")


@pytest.mark.parametrize(("level", "code"), [("PASS", 0), ("CAUTION", 0), ("FAIL", 1)])
def test_a_host_fails_its_check_by_a_fail_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str, code: int
):
    finding = types.SimpleNamespace(name="crun", level=level, finding="x", mend="install it")
    fake_module(monkeypatch, "sandbox.worker.host", host_check=lambda settings: [finding])
    assert code == run_command_line(["check"])
    assert (level != "PASS") == ("→ install it" in capsys.readouterr().out)


def test_everything_after_images_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    got = []

    def images_app(arguments: list[str], *, prog_name: str, standalone_mode: bool) -> int | None:
        got.append((arguments, prog_name, standalone_mode))
        return 4 if "bad" in arguments else None

    fake_module(monkeypatch, "sandbox.worker.host", make_images_app=lambda settings: images_app)
    lines = [["build", "--all", "-x", "--", "-y"], ["--help"], [], ["bad"]]
    assert [0, 0, 0, 4] == [run_command_line(["images", *line]) for line in lines]
    assert [(line, "sandbox images", False) for line in lines] == got


def test_images_are_mounted_with_their_own_help(capsys: pytest.CaptureFixture[str]):
    assert 0 == run_command_line(["images", "--help"])
    assert "Usage: sandbox images" in capsys.readouterr().out


def test_a_module_that_is_broken_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(_settings: object) -> None:
        raise RuntimeError("two\nlines \x1b[2J")

    fake_module(monkeypatch, "sandbox.worker.host", host_check=fail)
    assert 2 == run_command_line(["check"])
    expected = "error: unexpected RuntimeError: two lines \\x1b[2J (SANDBOX_DEBUG=1 tells more)\n"
    assert expected == capsys.readouterr().err


# --- the whole program --------------------------------------------------------------------------


def sandbox(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    return subprocess.run(
        [*START, *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.AC, 0), (Verdict.OK, 0), (Verdict.WA, 1), (Verdict.IE, 3)]
)
def test_the_program_ends_with_the_code_of_the_verdict(desk: Desk, verdict: Verdict, code: int):
    desk.service.otherwise = done(verdict)
    ended = sandbox("run", str(desk.folder / "x.py"), SANDBOX_URL=desk.url)
    assert code == ended.returncode
    assert ended.stderr.startswith(verdict)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("run", "Missing argument 'FILE'"),
        ("run x.py --no-such", "No such option: --no-such"),
        ("run x.py --cpu soon", "Invalid value for '--cpu'"),
        ("run x.py --checker magic", "--checker"),
        ("run x.py --tests a --stdin b", "--stdin is for a run without tests"),
        ("run does-not-exist.py", "does-not-exist.py: No such file or directory"),
        ("run README.md", "give --language"),
        ("judge", "No such command 'judge'"),
        (f"status --url {NOBODY}", "start it with 'sandbox serve' or 'make run'"),
        (f"languages --url {NOBODY}", "start it with 'sandbox serve' or 'make run'"),
        (f"run bootstrap.py --url {NOBODY}", "start it with 'sandbox serve' or 'make run'"),
        ("status --url localhost", "must look like http://HOST:PORT"),
    ],
)
def test_every_error_is_one_line_and_exit_code_2(arguments: str, complaint: str):
    ended = sandbox(*arguments.split())
    assert (2, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith("error: ")
    assert complaint in ended.stderr
    assert 1 == ended.stderr.count("\n")


def test_the_traceback_is_there_for_who_asks_for_it():
    ended = sandbox("status", "--url", NOBODY, SANDBOX_DEBUG="1")
    assert "Traceback" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize("arguments", [["status"], ["languages", "--json"], ["run"]])
def test_a_reader_that_has_gone_away_is_no_error(desk: Desk, arguments: list[str]):
    desk.service.otherwise = done(Verdict.OK, run=step(Verdict.OK, stdout="x"))
    file = [str(desk.folder / "x.py")] if arguments == ["run"] else []
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        ended = subprocess.run(
            [*START, *arguments, *file, "--url", desk.url],
            cwd=ROOT,
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (1, b"") == (ended.returncode, ended.stderr)


def test_help_and_version_load_nothing_heavy():
    script = (
        "import sys; from sandbox.cli.main import run_command_line as run;"
        "codes = [run(['--help']), run(['run', '--help']), run(['--version'])];"
        "heavy = {'httpx', 'rich', 'fastapi', 'sandbox.models', 'sandbox.worker'};"
        "sys.exit(f'{codes} {heavy & set(sys.modules)}')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "[0, 0, 0] set()\n" == ended.stderr
    assert ended.stdout.splitlines()[-1].startswith("sandbox ")


def test_every_option_and_command_has_help():
    for command in ("", "run", "languages", "status", "serve", "check"):
        shown = sandbox(*command.split(), "--help").stdout
        listed = [line for line in shown.splitlines() if line.startswith("  ")]
        bare = [
            line for line in listed if line.strip().startswith("-") and "  " not in line.strip()
        ]
        assert [] == bare, command


def test_without_a_command_the_help_is_shown():
    ended = sandbox()
    assert 2 == ended.returncode
    assert "Commands:" in ended.stdout
