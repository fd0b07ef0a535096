"""Both sides of the conversation between worker and init agree, and neither trusts a byte of it."""

import errno
import fcntl
import os
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runtime import init_protocol as protocol
from runtime.build_init import SOURCES
from runtime.container import PAYLOAD_ID
from runtime.init_protocol import (
    InputFile,
    Report,
    pack_bundle,
    run_message,
    sealed_memory_file,
    unpack_collected,
)
from runtime.limits import MIB, Limits
from runtime.outcome import CollectedFile, Refusal

PROGRAMS = Path(__file__).parent / "programs"
in_one_directory = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# --- the C side -----------------------------------------------------------------------------------

STRUCTURES = {
    "configure": protocol.CONFIGURE,
    "run_request": protocol.RUN,
    "report": protocol.REPORT,
    "bundle_header": protocol._BUNDLE,
    "file_header": protocol._FILE,
    "collected_header": protocol._COLLECTED,
}
NUMBERS = {
    "OP_CONFIGURE": protocol.OP_CONFIGURE,
    "OP_RUN": protocol.OP_RUN,
    "OP_KILL": protocol.OP_KILL,
    "OP_READY": protocol.OP_READY,
    "OP_REPORT": protocol.OP_REPORT,
    "OP_WARM": protocol.OP_WARM,
    "BUNDLE_MAGIC": protocol._BUNDLE_MAGIC,
    "PROTECTED": protocol.PROTECTED,
    "NOTHING": protocol.Collecting.NOTHING,
    "BY_PATTERNS": protocol.Collecting.BY_PATTERNS,
    "ALL_OF_IT": protocol.Collecting.ALL_OF_IT,
    "PAYLOAD_ID": PAYLOAD_ID,
    "NOT_REGULAR": protocol._REFUSALS.index(Refusal.NOT_REGULAR),
    "TOO_LARGE": protocol._REFUSALS.index(Refusal.TOO_LARGE),
    "TOO_MANY": protocol._REFUSALS.index(Refusal.TOO_MANY),
    "STEP_RUNNING": protocol.RUNNING,
    **{f"STEP_{name.upper()}": number for number, name in enumerate(protocol.STEPS)},
}


def compile_c(target: Path, *sources: Path, flags: tuple[str, ...] = ()) -> Path:
    include = f"-I{SOURCES}"
    files = ["-o", str(target), *map(str, sources)]
    command = ["gcc", "-std=c17", "-D_GNU_SOURCE", "-Wall", include, *flags, *files]
    subprocess.run(command, check=True, capture_output=True)
    return target


def test_c_and_python_agree_on_sizes_and_numbers(tmp_path: Path):
    expected = {
        **{f"sizeof(struct {name})": layout.size for name, layout in STRUCTURES.items()},
        **NUMBERS,
    }
    prints = "".join(f'printf("%lld\\n", (long long)({words}));\n' for words in expected)
    source = tmp_path / "sizes.c"
    source.write_text(
        f'#include <stdio.h>\n#include "protocol.h"\nint main(void) {{ {prints} return 0; }}'
    )
    output = subprocess.check_output([compile_c(tmp_path / "sizes", source)], text=True)
    assert expected == dict(zip(expected, map(int, output.split()), strict=True))


# Padding would make the layouts differ on another compiler without changing the sizes here.
def test_structures_have_no_holes(tmp_path: Path):
    source = tmp_path / "holes.c"
    source.write_text('#include "protocol.h"\nint main(void) { return 0; }')
    compile_c(tmp_path / "holes", source, flags=("-Wpadded", "-Werror"))


# --- bundles --------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
names = st.text("abé .-", min_size=1, max_size=5).filter(lambda name: set(name) - {"."} != set())


@dataclass(frozen=True)
class Bundle:
    argv: list[str]
    env: dict[str, str]
    files: list[InputFile]
    patterns: list[str]

    def pack(self) -> bytes:
        return b"".join(pack_bundle(self.argv, self.env, self.files, self.patterns))


bundles = st.builds(
    Bundle,
    argv=st.lists(texts, min_size=1, max_size=5),
    env=st.dictionaries(texts, texts, max_size=4),
    files=st.lists(
        st.builds(
            InputFile,
            path=st.lists(names, min_size=2, max_size=3).map("/".join),
            content=st.binary(max_size=50),
            mode=st.sampled_from([0o644, 0o755, 0o600]),
        ),
        max_size=4,
        unique_by=lambda file: file.path.split("/")[0],
    ),
    patterns=st.lists(texts, max_size=3),
)


@pytest.fixture(scope="module")
def read_bundle(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[bytes, Path], tuple[int, bytes]]:
    """Gives bytes to init's own reader, built to notice a wrong access; its status and words."""
    directory = tmp_path_factory.mktemp("reader")
    sources = (PROGRAMS / "read_bundle.c", SOURCES / "bundle.c")
    flags = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    program = compile_c(directory / "read_bundle", *sources, flags=flags)
    file = directory / "bundle"

    def read(data: bytes, work: Path) -> tuple[int, bytes]:
        file.write_bytes(data)
        done = subprocess.run([program, file], cwd=work, capture_output=True, check=False)
        assert b"" == done.stderr, done.stderr.decode()
        return done.returncode, done.stdout

    return read


@settings(in_one_directory, max_examples=40)
@given(bundle=bundles)
def test_init_reads_the_bundle_that_was_packed(
    tmp_path_factory: pytest.TempPathFactory, read_bundle, bundle: Bundle
):
    work = tmp_path_factory.mktemp("work")
    status, output = read_bundle(bundle.pack(), work)
    variables = [f"{name}={value}" for name, value in bundle.env.items()]
    strings = [
        *(f"argument {text}" for text in bundle.argv),
        *(f"variable {text}" for text in variables),
        *(f"pattern {text}" for text in bundle.patterns),
    ]
    assert (0, strings) == (status, output.decode().split("\0")[:-1])
    found = {
        str(path.relative_to(work)): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in work.rglob("*")
        if path.is_file()
    }
    assert {file.path: (file.content, file.mode) for file in bundle.files} == found


@settings(in_one_directory, max_examples=100)
@given(bundle=bundles, data=st.data())
def test_init_refuses_a_damaged_bundle_without_a_wrong_access(
    tmp_path_factory: pytest.TempPathFactory, read_bundle, bundle: Bundle, data: st.DataObject
):
    packed = bytearray(bundle.pack())
    for _ in range(data.draw(st.integers(1, 3), "changes")):
        position = data.draw(st.integers(0, len(packed) - 1), "position")
        packed[position] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]), "byte")
    cut = data.draw(st.integers(0, len(packed)), "length")
    status, _ = read_bundle(bytes(packed[:cut]), tmp_path_factory.mktemp("work"))
    assert status in {0, 3, 4}


@settings(in_one_directory, max_examples=50)
@given(data=st.binary(max_size=200))
def test_init_refuses_noise_without_a_wrong_access(tmp_path: Path, read_bundle, data: bytes):
    assert 3 == read_bundle(data, tmp_path)[0]


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "", ".", "link/x", "link"])
def test_init_writes_no_file_outside_of_its_directory(tmp_path: Path, read_bundle, path: str):
    outside, work = tmp_path / "outside", tmp_path / "work"
    outside.mkdir()
    work.mkdir()
    (work / "link").symlink_to(outside)
    packed = Bundle(["x"], {}, [InputFile(path, b"content")], []).pack()
    assert 4 == read_bundle(packed, work)[0]
    assert ([], ["link"]) == (
        list(outside.iterdir()),
        [path.name for path in work.iterdir() if path.name != "a"],
    )


@pytest.mark.parametrize(
    ("argv", "env", "files", "patterns"),
    [
        ([], {}, [], []),
        (["a\0b"], {}, [], []),
        (["a"], {"b\0": "c"}, [], []),
        (["a"], {"b": "\0"}, [], []),
        (["a"], {}, [InputFile("b\0c", b"")], []),
        (["a"], {}, [], ["\0"]),
        (["\udc80"], {}, [], []),
    ],
    ids=["no argument", "argument", "name", "value", "path", "pattern", "surrogate"],
)
def test_what_a_bundle_cannot_say_is_refused(argv, env, files, patterns):
    with pytest.raises(ValueError):  # noqa: PT011 - two kinds, and the messages are Python's
        pack_bundle(argv, env, files, patterns)


@pytest.mark.parametrize("kind", ["argv", "env", "patterns"])
def test_more_strings_than_init_takes_are_refused_here(tmp_path: Path, read_bundle, kind: str):
    def packed(count: int) -> bytes:
        words = [str(number) for number in range(count)]
        argv = words if kind == "argv" else ["x"]
        env = dict.fromkeys(words, "x") if kind == "env" else {}
        return b"".join(pack_bundle(argv, env, [], words if kind == "patterns" else []))

    assert 0 == read_bundle(packed(2048), tmp_path)[0]
    with pytest.raises(ValueError, match="2048"):
        packed(2049)


# --- what comes back ------------------------------------------------------------------------------

collected_files = st.builds(
    lambda path, content, mode, refusal, mtime_ns: CollectedFile(
        path, content if refusal is None else None, mode, refusal, mtime_ns
    ),
    path=texts,
    content=st.binary(max_size=100),
    mode=st.integers(0, 0o777),
    refusal=st.sampled_from([None, *Refusal]),
    mtime_ns=st.integers(0, 2**64 - 1),
)


def record(file: CollectedFile) -> bytes:
    """A collected file as collect.c sends it."""
    path = file.path.encode()
    refusal = protocol._REFUSALS.index(file.refusal)
    size = len(file.content) if file.content is not None else 123_456
    header = protocol._COLLECTED.pack(len(path), file.mode, refusal, 0, size, file.mtime_ns)
    return header + path + (file.content or b"")


@given(files=st.lists(collected_files, max_size=6))
def test_collected_files_are_unpacked_as_they_were_sent(files: list[CollectedFile]):
    assert tuple(files) == unpack_collected(b"".join(map(record, files)))


@given(files=st.lists(collected_files, min_size=1, max_size=4), data=st.data())
def test_of_a_stream_that_was_cut_the_whole_records_remain(files: list[CollectedFile], data):
    stream = b"".join(map(record, files))
    cut = data.draw(st.integers(0, len(stream) - 1))
    unpacked = unpack_collected(stream[:cut])
    assert tuple(files[: len(unpacked)]) == unpacked
    assert len(unpacked) < len(files)


headers = st.builds(
    protocol._COLLECTED.pack,
    st.sampled_from([0, 1, 5, 2**32 - 1]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 2, 3]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 7, 2**63, 2**64 - 1]),
    st.integers(0, 2**64 - 1),
)


@given(stream=st.lists(headers | st.binary(max_size=30), max_size=8).map(b"".join))
@example(protocol._COLLECTED.pack(0, 0, 4, 0, 0, 0))
@example(b"\xff" * protocol._COLLECTED.size)
def test_a_hostile_stream_neither_fails_nor_grows(stream: bytes):
    files = unpack_collected(stream)
    assert sum(len(file.content or b"") for file in files) <= len(stream)


def test_a_path_that_is_not_utf8_is_shown():
    stream = protocol._COLLECTED.pack(4, 0o644, 0, 0, 1, 0) + b"a\xff\xfeb" + b"x"
    assert (CollectedFile("a\\xff\\xfeb", b"x"),) == unpack_collected(stream)


# --- reports --------------------------------------------------------------------------------------


@given(
    step=st.integers(0, protocol.RUNNING),
    error=st.integers(-(2**31), 2**31 - 1),
    status=st.integers(-(2**31), 2**31 - 1),
    killed=st.booleans(),
    leftovers=st.integers(0, 2**32 - 1),
    wall_ns=st.integers(0, 2**50),
    cpu_ns=st.integers(0, 2**50),
)
def test_a_report_says_what_init_said(step, error, status, killed, leftovers, wall_ns, cpu_ns):
    fields = (step, error, status, killed, leftovers, wall_ns, cpu_ns)
    rest = len(protocol.REPORT.format) - 1 - 1 - len(fields)  # without "=" and the operation
    report = Report.parse(protocol.REPORT.pack(protocol.OP_REPORT, *fields, *[0] * rest))
    assert (step, error, status) == (report.step, report.error, report.wait_status)
    assert (killed, leftovers) == (report.killed, report.leftovers)
    assert (wall_ns / 1e9, cpu_ns / 1e9) == (report.wall_s, report.cpu_s)


@given(message=st.binary(max_size=100))
@example(struct.pack("=IIIIIIQQQ", protocol.OP_READY, *[0] * 8))
@example(struct.pack("=IIIIIIQQQ", protocol.OP_REPORT, 99, *[0] * 7))
def test_what_is_not_a_report_is_refused(message: bytes):
    if len(message) == protocol.REPORT.size and message[:4] == struct.pack("=I", 5):
        return
    with pytest.raises((ValueError, struct.error)):
        Report.parse(message)


def test_a_report_of_a_step_that_does_not_exist_is_refused():
    message = protocol.REPORT.pack(protocol.OP_REPORT, protocol.RUNNING + 1, *_zeros())
    with pytest.raises(ValueError, match="not a report"):
        Report.parse(message)


def _zeros() -> list[int]:
    return [0] * (len(protocol.REPORT.format) - 3)


# --- requests -------------------------------------------------------------------------------------


def test_a_request_carries_the_limits():
    limits = Limits(
        cpu_time_s=1.5, memory_bytes=64 * MIB, pids=4, disk_bytes=5, inodes=6, open_files=7
    )
    expected = (protocol.OP_RUN, 0, 0, 4, 5, 6, 64 * MIB, 12, 7, 0)
    assert expected == protocol.RUN.unpack(run_message(limits, collect_bytes=None))
    with_files = protocol.RUN.unpack(run_message(limits, collect_bytes=8))
    assert (1, 8) == (with_files[1], with_files[-1])
    warm = protocol.RUN.unpack(run_message(limits, collect_bytes=None, warm=2))
    assert (*expected[:2], 2, *expected[3:]) == warm


def test_starting_a_warm_interpreter_is_asked_like_a_run_with_a_fifth_descriptor():
    fields = protocol.RUN.unpack(protocol.warm_message(Limits(), 1))
    assert (protocol.OP_WARM, 1, 1) == fields[:3]


@given(memory=st.integers(1, 2**45), cpu_time_s=st.floats(0, 1e6))
def test_the_stack_is_bounded_and_the_cpu_backstop_is_far_from_the_limit(memory, cpu_time_s):
    limits = Limits(memory_bytes=memory, cpu_time_s=cpu_time_s)
    fields = protocol.RUN.unpack(run_message(limits, collect_bytes=None))
    assert min(memory, 256 * MIB) == fields[6]
    assert 2 * cpu_time_s + 8 <= fields[7] <= 2 * cpu_time_s + 10


# --- memory files ---------------------------------------------------------------------------------


@given(parts=st.lists(st.binary(max_size=1000), max_size=4))
def test_a_memory_file_holds_its_parts_and_starts_at_its_start(parts: list[bytes]):
    fd = sealed_memory_file("test", *parts)
    try:
        assert b"".join(parts) == os.read(fd, 10_000)
        assert fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    finally:
        os.close(fd)


def test_a_memory_file_cannot_be_changed_by_whoever_has_it():
    fd = sealed_memory_file("test", b"content")
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDWR | os.O_CLOEXEC)
    acts: list[Callable[[], object]] = [
        lambda: os.write(fd, b"x"),
        lambda: os.write(again, b"x"),
        lambda: os.truncate(fd, 0),
        lambda: os.truncate(again, 100),
        lambda: fcntl.fcntl(fd, fcntl.F_ADD_SEALS, 0),
    ]
    for act in acts:
        with pytest.raises(OSError, match="not permitted") as caught:
            act()
        assert errno.EPERM == caught.value.errno
    assert b"content" == os.pread(again, 100, 0)
    os.close(fd)
    os.close(again)


def test_a_memory_file_that_cannot_be_made_leaves_no_descriptor():
    # The lowest free number is the same afterwards.
    before = os.dup(0)
    os.close(before)
    with pytest.raises(TypeError):
        sealed_memory_file("test", "not bytes")  # type: ignore[arg-type]  # what is tested
    after = os.dup(0)
    os.close(after)
    assert before == after
