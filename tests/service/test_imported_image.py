"""An image that was imported runs programs like one that was built."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from images.store import ImageStore
from sandbox.models import Verdict
from sandbox.settings import Settings
from tests.oci_samples import entry, layer, layout, tree_layer
from tests.service.conftest import Service, open_to_containers

BESIDE = """
description = "Python from somewhere else"

[[languages]]
name = "snake"
source_file = "main.py"
run = ["python3", "main.py"]
hello = { code = "import greeting", expected_output = "hello\\n" }
limits = { memory_mb = 128, cpu_time_s = 5 }
"""


def bring(store: Path, source: Path, definition: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", "images", "import", str(source), "--name", "snake"]
    command += ["--definition", str(definition), "--store", str(store)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_imported_image_runs_programs(
    tmp_path: Path, start_service: Callable[..., Service]
) -> None:
    python = ImageStore(Settings().images_dir).get("python")
    greeting = entry("usr/lib/python3/dist-packages/greeting.py", "print('hello')", uid=1000)
    hidden = entry("usr/lib/python3.11/.wh.this.py", "")
    evil = entry("usr/bin/evil", "#!/bin/sh\nid -u\n", mode=0o4755)
    source = layout(
        tmp_path / "layout",
        [tree_layer(python.rootfs), layer(greeting, hidden, evil)],
        [f"{name}={value}" for name, value in python.definition.environment.items()],
        packed="none",
    )
    definition = tmp_path / "beside.toml"
    definition.write_text(BESIDE)
    open_to_containers(tmp_path)
    store = tmp_path / "state" / "images"

    done = bring(store, source, definition)
    assert done.returncode == 0, done.stdout + done.stderr
    service = start_service(state_dir=tmp_path / "state")
    (language,) = service.http.get("/languages").json()
    assert language["limits"]["memory_mb"] == 128
    program = "import greeting, os, subprocess\nprint(os.getuid(), input())\nsubprocess.run('evil')"
    result = service.run(language="snake", code=program, stdin="x\n")
    assert result.verdict is Verdict.OK
    assert result.run is not None
    assert sorted(result.run.stdout.split()) == sorted(["hello", "1000", "x", "1000"])
    assert result.image is not None
    assert result.image.digest == ImageStore(store).get("snake").digest
    full = service.run(language="snake", code="x = bytearray(10**9)")
    assert full.verdict is Verdict.MLE
    broken = service.run(language="snake", code="import this")
    assert broken.verdict is Verdict.RE
