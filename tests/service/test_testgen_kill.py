"""A pipeline that is killed again and again comes to the same bytes, and pays for nothing twice."""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from testgen.storage.workspace import JOURNAL, events
from tests.service.conftest import Service
from tests.testgen.model_server import answering
from tests.testgen.sample_problem import CASES, DIVISOR, RIGHT, WRONG, write_problem

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(1800)]

KILLS = int(os.environ.get("TESTGEN_KILLS", "4"))
STUCK_S = 600.0


def write_problems(folder: Path) -> Path:
    """Two small problems, one with a checker; a model writes the generators of the other."""
    few = {f"submissions/accepted/{name}": None for name in list(RIGHT)[4:]}
    quick = {f"submissions/{name}": None for name in WRONG if "slow" in name}
    write_problem(folder / "sum", {**few, **quick, "generators/cases.py": None})
    write_problem(folder / "divisor", DIVISOR)
    return folder


def command(problems: Path, out: Path) -> list[str]:
    words = ["run", str(problems), "--out", str(out), "--preset", "full", "--resume"]
    for change in ("model=fake", "least_valid=20", "cases_per_generator=22", "neighbours=10"):
        words += ["--set", change]
    return [sys.executable, "-c", "from testgen.cli.main import main; main()", *words]


def export_hash(out: Path) -> str:
    main = "from testgen.cli.main import main; main()"
    subprocess.run(
        [sys.executable, "-c", main, "export", str(out)], check=True, capture_output=True
    )
    return hashlib.sha256((out / "dataset.jsonl").read_bytes()).hexdigest()


def runs_made(service: Service) -> int:
    text = httpx.get(f"{service.url}/metrics").text
    return sum(int(float(one)) for one in re.findall(r"^sandbox_runs_total\S* (\S+)$", text, re.M))


def paid_bytes(journal: Path) -> int:
    """How far a run is: what its journal holds but for the line that each start adds."""
    if not journal.exists():
        return 0
    lines = journal.read_bytes().splitlines(keepends=True)
    return sum(len(line) for line in lines if b'"type":"start"' not in line)


def killed_at(arguments: list[str], environment: dict[str, str], journal: Path, size: int) -> bool:
    """Starts the pipeline and kills it when its journal has grown so far; False if it ended before."""
    with subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + STUCK_S
            while process.poll() is None and paid_bytes(journal) < size:
                assert time.monotonic() < deadline, "the pipeline does not get on"
                time.sleep(0.001)
        finally:
            process.kill()
    return process.returncode == -signal.SIGKILL


def test_killed_at_random_points_it_ends_with_the_same_bytes(
    start_service: Callable[..., Service], tmp_path: Path
):
    problems = write_problems(tmp_path / "problems")
    script = f"```python\n{CASES.replace('51', '23')}```"
    with answering(lambda _: script) as (model, address):

        def environment(service: Service) -> dict[str, str]:
            return {**os.environ, "SANDBOX_URL": service.url, "TESTGEN_MODEL_URL": address}

        first = start_service()
        whole = tmp_path / "whole"
        subprocess.run(
            command(problems, whole), env=environment(first), check=True, capture_output=True
        )
        wanted, paid, asked = export_hash(whole), runs_made(first), len(model.asked)
        first.stop()
        model.asked.clear()

        # Another service: this one remembers nothing of the runs above.
        second = start_service()
        broken = tmp_path / "broken"
        seed = random.SystemRandom().randrange(10**6)
        rng, end = random.Random(seed), paid_bytes(whole / JOURNAL)
        points = sorted(rng.randrange(1, end) for _ in range(KILLS))
        kills = sum(
            killed_at(command(problems, broken), environment(second), broken / JOURNAL, point)
            for point in points
        )
        subprocess.run(
            command(problems, broken), env=environment(second), check=True, capture_output=True
        )
    assert wanted == export_hash(broken), f"seed {seed}, killed at {points}"
    assert paid == runs_made(second), f"seed {seed}, killed at {points}"
    bought = Counter(
        (one["type"], one["key"]) for one in events(broken) if one["type"] in ("run", "reply")
    )
    assert {1} == set(bought.values())
    # A question that was under way when the pipeline was killed has to be asked again.
    again = len(model.asked) - asked
    assert 0 <= again <= kills
    assert kills == KILLS, f"seed {seed}, to be killed at {points}"
