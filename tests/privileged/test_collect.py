"""Files that are brought back from a run, which its program may have made to do harm."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.limits import KIB, MIB, Limits
from runtime.outcome import CollectedFile, Kill, Outcome, Refusal
from tests.privileged.lab import Files, Runner
from tests.privileged.outcomes import FINISHED, ended, was_short_of_memory

MAX_FILES = 1024
MAX_DEPTH = 32
ROOMY = Limits(disk_bytes=256 * MIB, inodes=100_000)


def collect(runner: Runner, files: Files, *patterns: str) -> dict[str, bytes | None]:
    """What a run that does nothing brings back of its files."""
    outcome = runner.run_program(["true"], files, collect=patterns)
    assert FINISHED == ended(outcome)
    return {file.path: file.content for file in outcome.files}


def collect_after(runner: Runner, code: str, *patterns: str, **options: Any) -> Outcome:
    """The outcome of a Python program whose files are collected."""
    outcome = runner.python(code, collect=patterns, limits=ROOMY, **options)
    assert (FINISHED, b"") == (ended(outcome), outcome.stderr)
    return outcome


def refusals(outcome: Outcome) -> dict[str, Refusal | None]:
    assert all((file.content is None) == (file.refusal is not None) for file in outcome.files)
    return {file.path: file.refusal for file in outcome.files}


# --- patterns -------------------------------------------------------------------------------------

TREE = {
    "a.txt": b"1", "b.txt": b"2", "c.png": b"", "out/d.png": b"\0\xff", "out/e.txt": b"5",
    "out/deep/f.png": b"6", ".hidden": b"7", "out/.hidden.png": b"8", "star*": b"9", "[x]": b"0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a.txt"], {"a.txt"}),
        (["*.txt"], {"a.txt", "b.txt"}),
        (["?.txt"], {"a.txt", "b.txt"}),
        (["[ac].*"], {"a.txt", "c.png"}),
        (["[!a].txt"], {"b.txt"}),
        (["out/*.png"], {"out/d.png"}),
        (["*/*.png"], {"out/d.png"}),
        (["*.png"], {"c.png"}),
        (["out/*/*"], {"out/deep/f.png"}),
        (["*"], {"a.txt", "b.txt", "c.png", "star*", "[x]"}),
        ([".*"], {".hidden"}),
        (["out/.*"], {"out/.hidden.png"}),
        (["star\\*"], {"star*"}),
        (["\\[x]"], {"[x]"}),
        (["a.txt", "out/e.txt", "a.*"], {"a.txt", "out/e.txt"}),
        (["none", "out", "out/", "/box/a.txt", "../box/a.txt", "./a.txt", ""], set()),
    ],
    ids=" ".join,
)
def test_patterns(runner: Runner, patterns: list[str], expected: set[str]):
    found = collect(runner, TREE, *patterns)
    assert {name: TREE[name] for name in expected} == found


def as_regex(pattern: str) -> re.Pattern[str]:
    """The rule, told once more: ``*`` and ``?`` match neither ``/`` nor a first period."""
    text = re.sub(r"(^|(?<=/))(?=[*?])", "(?![.])", pattern)
    text = re.sub(r"(?<![(])\.", r"\\.", text.replace("(?![.])", "\0"))
    text = text.replace("*", "[^/]*").replace("?", "[^/]").replace("\0", "(?![.])")
    return re.compile(text)


NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: set(name) != {"."})
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
PATTERNS = st.lists(st.text("ab.*?", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


def without_clashes(paths: Sequence[str]) -> list[str]:
    """Leaves out what would be both a file and a directory."""
    return [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    paths=st.lists(PATHS, unique=True, max_size=8).map(without_clashes),
    patterns=st.lists(PATTERNS, min_size=1, max_size=3),
)
def test_patterns_match_as_the_rule_says(runner: Runner, paths: list[str], patterns: list[str]):
    regexes = [as_regex(pattern) for pattern in patterns]
    expected = {path for path in paths if any(regex.fullmatch(path) for regex in regexes)}
    found = collect(runner, {path: path for path in paths}, *patterns)
    assert {path: path.encode() for path in expected} == found


def test_content_and_mode_come_back(runner: Runner):
    code = """
import os
open("data", "wb").write(bytes(range(256)) * 100)
open("tool", "w").write("x"); os.chmod("tool", 0o755)
"""
    outcome = collect_after(runner, code, "data", "tool")
    assert {
        CollectedFile("data", bytes(range(256)) * 100, 0o644),
        CollectedFile("tool", b"x", 0o755),
    } == set(outcome.files)


def test_files_come_back_also_when_the_program_failed(runner: Runner):
    for end in (
        "raise SystemExit(3)",
        "import os; os.abort()",
        "import os; os.kill(os.getpid(), 9)",
    ):
        outcome = runner.python(f"open('x', 'w').write('y'); {end}", collect=["x"])
        assert [CollectedFile("x", b"y")] == list(outcome.files)


def test_nothing_comes_back_of_a_run_that_was_ended(runner: Runner):
    code = "open('x', 'w').write('y')\nwhile True: pass"
    outcome = runner.python(code, collect=["x"], limits=Limits(cpu_time_s=0.2))
    assert ((None, 9, Kill.CPU_TIME), ()) == (ended(outcome), outcome.files)


def test_nothing_comes_back_when_nothing_is_asked_for(runner: Runner):
    assert () == runner.python("open('x', 'w').write('y')").files


def test_files_come_back_of_the_working_directory_only(runner: Runner):
    outcome = collect_after(
        runner, "open('/tmp/x', 'w').write('y')", "x", "/tmp/x", "../tmp/x", "*/x"
    )
    assert () == outcome.files


# --- what is not a plain file ---------------------------------------------------------------------


def test_links_are_refused_and_not_followed(runner: Runner):
    code = """
import os
os.symlink("/etc/passwd", "outside"); os.symlink("main.py", "inside"); os.symlink("gone", "broken")
os.symlink("loop", "loop"); os.symlink("/proc/self/environ", "process"); os.symlink("/", "root")
"""
    outcome = collect_after(runner, code, "*", "root/etc/passwd", "root/*/passwd")
    links = {"outside", "inside", "broken", "loop", "process", "root"}
    expected = {**dict.fromkeys(links, Refusal.NOT_REGULAR), "main.py": None}
    assert expected == refusals(outcome)


def test_directory_loops_have_an_end(runner: Runner):
    code = """
import os
os.mkdir("a"); open("a/file", "w").close()
os.symlink("..", "a/up"); os.symlink("/box", "a/box"); os.symlink(".", "a/self")
"""
    outcome = collect_after(runner, code, "*", "*/*", "*/*/*", "*/*/*/*")
    links = dict.fromkeys(["a/up", "a/box", "a/self"], Refusal.NOT_REGULAR)
    assert {"main.py": None, "a/file": None, **links} == refusals(outcome)


def test_sockets_are_refused(runner: Runner):
    code = "import socket; socket.socket(socket.AF_UNIX).bind('socket')"
    assert {"socket": Refusal.NOT_REGULAR} == refusals(collect_after(runner, code, "socket"))


@pytest.mark.parametrize("filtered", [True, False], ids=["filtered", "not filtered"])
def test_a_named_pipe_does_not_hold_up_the_collection(runner: Runner, filtered: bool):
    code = """
import os
try: os.mkfifo("pipe")
except PermissionError: open("pipe", "w").close()
"""
    outcome = collect_after(runner, code, "pipe", filtered=filtered)
    assert ["pipe"] == list(refusals(outcome))
    if not filtered:
        assert {"pipe": Refusal.NOT_REGULAR} == refusals(outcome)


def test_directories_are_not_files(runner: Runner):
    assert () == collect_after(runner, "import os; os.mkdir('x')", "x", "x/").files


def test_hard_links_are_files(runner: Runner):
    code = "import os; open('x', 'w').write('y'); os.link('x', 'z')"
    outcome = collect_after(runner, code, "x", "z")
    assert {CollectedFile("x", b"y"), CollectedFile("z", b"y")} == set(outcome.files)


def test_modes_keep_nobody_out(runner: Runner):
    code = """
import os
os.mkdir("closed"); open("closed/x", "w").write("y")
os.chmod("closed/x", 0); os.chmod("closed", 0); os.chmod(".", 0)
"""
    outcome = collect_after(runner, code, "closed/x")
    assert [CollectedFile("closed/x", b"y", 0)] == list(outcome.files)


def test_open_and_deleted_files_do_not_come_back(runner: Runner):
    code = "import os; f = open('x', 'w'); os.unlink('x'); f.write('y'); f.flush(); os._exit(0)"
    assert () == collect_after(runner, code, "*x*").files


def test_a_daemon_cannot_change_what_is_collected(runner: Runner):
    code = """
import os
open("x", "w").write("y")
if os.fork() == 0:
    while True:
        for name in ("x", "z"):
            try: os.rename(name, {"x": "z", "z": "x"}[name])
            except OSError: pass
"""
    outcome = runner.python(code, collect=["x", "z"])
    assert [b"y"] == [file.content for file in outcome.files]


# --- names ----------------------------------------------------------------------------------------


def test_names_may_be_any_bytes(runner: Runner):
    code = r"""
for name in (b"caf\xc3\xa9", b"bad\xff\xfe", b"new\nline", b"esc\x1b[31m", b"back\\slash", b"sp ace"):
    open(name, "wb").write(name)
"""
    outcome = collect_after(runner, code, "*[!y]")
    expected = {
        "café": b"caf\xc3\xa9", r"bad\xff\xfe": b"bad\xff\xfe", "new\nline": b"new\nline",
        "esc\x1b[31m": b"esc\x1b[31m", "back\\slash": b"back\\slash", "sp ace": b"sp ace",
    }  # fmt: skip
    assert expected == {file.path: file.content for file in outcome.files}


def test_deep_trees_come_back_up_to_a_depth(runner: Runner):
    code = """
import os
for depth in range(60):
    open(f"file-{depth}", "w").close()
    os.mkdir("d"); os.chdir("d")
"""
    patterns = ["/".join(["d"] * depth + ["file-*"]) for depth in range(60)]
    outcome = collect_after(runner, code, *patterns)
    depths = sorted(path.count("/") for path in refusals(outcome))
    assert list(range(MAX_DEPTH + 1)) == depths


def test_a_tree_deeper_than_any_path_does_no_harm(runner: Runner):
    code = "import os\nfor _ in range(5000): os.mkdir('d' * 200); os.chdir('d' * 200)"
    assert () == collect_after(runner, code, "d*", "*/*", "*/x").files


# --- too much -------------------------------------------------------------------------------------


def test_what_is_beyond_the_budget_is_refused_by_name(runner: Runner):
    code = "for name in 'abc': open(name, 'wb').write(name.encode() * 400_000)"
    outcome = collect_after(runner, code, "?", collect_bytes=1_000_000)
    assert ["a", "b", "c"] == sorted(refusals(outcome))
    assert 1 == list(refusals(outcome).values()).count(Refusal.TOO_LARGE)
    for file in outcome.files:
        assert file.content in {None, file.path.encode() * 400_000}


def test_a_small_file_after_a_large_one_still_comes_back(runner: Runner):
    code = "open('large', 'wb').write(bytes(2_000_000)); open('small', 'w').write('x')"
    outcome = collect_after(runner, code, "*[el]", collect_bytes=1_000_000)
    assert {"large": Refusal.TOO_LARGE, "small": None} == refusals(outcome)


def test_exactly_the_budget_fits(runner: Runner):
    outcome = collect_after(runner, "open('x', 'wb').write(bytes(5000))", "x", collect_bytes=5000)
    assert [CollectedFile("x", bytes(5000))] == list(outcome.files)


def test_a_sparse_file_counts_with_its_whole_size(runner: Runner):
    code = "open('sparse', 'wb').truncate(250 << 20)"
    outcome = collect_after(runner, code, "sparse", collect_bytes=MIB)
    assert {"sparse": Refusal.TOO_LARGE} == refusals(outcome)


def test_too_many_files_are_refused_by_name(runner: Runner):
    code = f"for number in range({MAX_FILES} + 76): open(f'x{{number}}', 'w').write('y')"
    outcome = collect_after(runner, code, "x*")
    found = list(refusals(outcome).values())
    assert (MAX_FILES, 76) == (found.count(None), found.count(Refusal.TOO_MANY))


def test_of_endlessly_many_files_some_are_not_even_named(runner: Runner):
    code = f"for number in range(10 * {MAX_FILES}): open(f'x{{number}}', 'w').close()"
    outcome = collect_after(runner, code, "x*")
    assert MAX_FILES < len(outcome.files) <= 2 * MAX_FILES


def test_long_names_of_many_files_are_no_flood(runner: Runner):
    # As many and as long as can be, and the content uses up the whole budget.
    code = f"""
import os
for _ in range(15):
    os.mkdir("d" * 255); os.chdir("d" * 255)
for number in range(3 * {MAX_FILES}):
    open(f"{{number:0255}}", "w").write("x" * 1024)
"""
    budget = MAX_FILES * 1024
    outcome = collect_after(runner, code, "/".join(["*"] * 16), collect_bytes=budget)
    assert 2 * MAX_FILES == len(outcome.files)
    assert budget == sum(len(file.content or b"") for file in outcome.files)


def test_files_that_fill_the_disk_come_back(runner: Runner):
    code = f"open('x', 'wb').write(bytes({200 * MIB}))"
    outcome = collect_after(runner, code, "x", collect_bytes=256 * MIB)
    assert [200 * MIB] == [len(file.content or b"") for file in outcome.files]


def test_files_come_back_when_they_fill_the_memory(runner: Runner):
    # init must not starve: the memory of the files stays charged when the program is gone.
    code = """
open("small", "w").write("x")
with open("large", "wb", buffering=0) as file:
    while True: file.write(bytes(65536))
"""
    limits = Limits(memory_bytes=64 * MIB, disk_bytes=256 * MIB, wall_time_s=10)
    outcome = runner.python(code, collect=["*"], limits=limits)
    assert was_short_of_memory(outcome)


@pytest.mark.parametrize("limit", ["wall_time_s", "cpu_time_s", "output_bytes"])
def test_bringing_files_back_is_not_on_the_programs_clock(runner: Runner, limit: str):
    program = ["truncate", "--size=250M", "sparse"]
    alone = runner.run_program(program, limits=Limits(disk_bytes=256 * MIB))
    # What the program needs several times over, and yet less than it takes to read its file.
    most: dict[str, Any] = {
        "wall_time_s": 0.1 + 4 * alone.wall_time_s,
        "cpu_time_s": 0.05 + 4 * alone.cpu_time_s,
        "output_bytes": 10 * KIB,
    }
    limits = Limits(disk_bytes=256 * MIB, **{limit: most[limit]})
    for _ in range(3):
        outcome = runner.run_program(
            program, collect=["sparse"], collect_bytes=256 * MIB, limits=limits
        )
        assert FINISHED == ended(outcome)
        assert [250 * MIB] == [len(file.content or b"") for file in outcome.files]
