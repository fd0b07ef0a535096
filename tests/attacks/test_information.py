"""What a run can find out by searching everything, and that the search would find what is there.

The searching programs are attacks of the table; here what they look for is planted in each place, so that
none of the searches is blind.
"""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest

from runtime.outcome import Outcome
from sandbox.models import Verdict
from tests.attacks.cases.information import ANSWERS, CANARY, EXPECTED
from tests.attacks.scene import Scene, describe
from tests.privileged.lab import ROOMY
from tests.privileged.leaks import slots_of

FILES, OBJECTS, MEMORY = (attack for attack in ANSWERS[:3])
HALVES = f"x = '{CANARY[:7]}' + str('{CANARY[7:]}')\n"


@pytest.mark.parametrize(
    ("attack", "planted"),
    [
        (FILES, {"files": {"deep/in/a/folder": f"x{CANARY}y"}}),
        (FILES, {"env": {"EXPECTED": CANARY}}),
        (FILES, {"args": [CANARY]}),
        (FILES, {"tests": [{"stdin": f"1 {CANARY}", "expected_output": "x"}]}),
        (OBJECTS, {"files": {"planted.py": HALVES}}),
        (MEMORY, {"files": {"planted.py": HALVES}}),
    ],
    ids=["file", "environment", "argument", "input", "objects", "memory"],
)
def test_the_search_finds_what_is_there(scene: Scene, attack: Any, planted: dict[str, Any]):
    request = {**attack.request(), **planted}
    if "planted.py" in planted.get("files", {}):
        request["code"] = f"import planted\n{request['code']}"

    async def judge() -> str:
        async with scene.lease("python") as slot:
            return describe(await scene.judge(slot, request))

    assert scene.lab.runner.wait(judge()).startswith("WA: found")


def test_the_answer_of_one_test_is_not_in_the_run_of_another(scene: Scene):
    # All tests of a request are judged in one slot, one after the other, and their answers wait meanwhile.
    request = {**FILES.request(), "tests": [{"expected_output": CANARY} for _ in range(3)]}

    async def judge() -> list[bytes]:
        async with scene.lease("python") as slot:
            result = await scene.judge(slot, request)
            assert result.verdict is Verdict.WA
            return [test.stdout for test in result.tests]

    assert [b"nothing\n"] * 3 == scene.lab.runner.wait(judge())


def test_the_answer_is_not_in_the_memory_of_what_is_inside_the_slot(scene: Scene):
    # From outside, by the host's root: in nobody's memory but the worker's own.
    request = {
        "language": "python",
        "code": "import time; time.sleep(1)",
        **EXPECTED,
        "limits": {"wall_time_s": 5},
    }
    needle = CANARY.encode()

    async def look() -> dict[int, bool]:
        async with scene.lease("python") as slot:
            task = asyncio.create_task(scene.judge(slot, request))
            await asyncio.sleep(0.4)
            pids = set(members_of(slot))
            found = {pid: holds(pid, needle) for pid in pids}
            await task
            return found

    found = scene.lab.runner.wait(look())
    # init, the warm interpreter if there is one, the keeper, the program
    assert len(found) in (3, 4)
    assert not any(found.values())
    assert holds(os.getpid(), needle)  # the control: it would have been found


def members_of(slot: Any) -> list[int]:
    return [int(pid) for pid in slot._cgroup.join_files()[0].read_text().split()]


def holds(pid: int, needle: bytes) -> bool:
    """Whether a process has something in its memory; large files that it only reads are left out."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, mode, _, _, inode = line.split()[:5]
            start, end = (int(word, 16) for word in span.split("-"))
            if mode[0] != "r" or (inode != "0" and mode[1] != "w") or end - start > 1 << 26:
                continue
            try:
                memory.seek(start)
                if needle in memory.read(end - start):
                    return True
            except (OSError, OverflowError):
                continue  # [vvar] and its like
    return False


EVERYTHING = """
import os
text = []
for pid in ("self", "1"):
    for name in os.listdir(f"/proc/{pid}"):
        path = f"/proc/{pid}/{name}"
        try:
            if os.path.islink(path): text.append(os.readlink(path))
            else: text.append(open(path, errors="replace").read(100_000))
        except (OSError, ValueError): pass
for root, directories, names in os.walk("/proc"):
    directories[:] = [name for name in directories if not name.isdigit() and "self" not in name]
    for name in names:
        try: text.append(open(os.path.join(root, name), errors="replace").read(100_000))
        except (OSError, ValueError): pass
text.append(repr(os.environ)); text.append(repr(os.uname()))
import sys; sys.stdout.write("\\n".join(text))
"""


def test_nothing_inside_names_the_host_or_the_slot(scene: Scene):
    async def run() -> tuple[Outcome, str]:
        async with scene.lease("python") as slot:
            return await scene.lab.runner.run_in(
                slot, ["python3", "-c", EVERYTHING], limits=ROOMY
            ), slot.name

    outcome, name = scene.lab.runner.wait(run())
    text = outcome.stdout.decode(errors="replace")
    assert 0 == outcome.exit_code, outcome.stderr
    assert len(text) > 50_000
    place = slots_of(scene.lab.pool)[0]._place
    secrets = {
        name, place.name, str(place.directory.parent), str(scene.lab.runner.images["python"].rootfs),
        str(place.init.parent), scene.lab.config.name, "queue.sock",
        "SANDBOX_", scene.lab.runner.images["python"].digest[7:23],
    }  # fmt: skip
    assert [] == [secret for secret in secrets if secret in text]


def test_what_is_told_about_the_machine_is_the_list_in_the_specification(scene: Scene):
    # Not hidden, and said so: hidden things are attacks of the table.
    spec = (Path(__file__).parents[2] / "SPEC.md").read_text()
    told = re.findall(r"`(/proc/[a-z/_]+)`", spec.partition("## What is not promised")[2])
    code = f"for path in {told}: print(len(open(path).read()) > 0)"
    assert len(told) >= 8
    assert ["True"] * len(told) == scene.lab.runner.python(code).stdout.decode().split()
