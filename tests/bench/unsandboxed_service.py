"""The same request without a sandbox: FastAPI and an asyncio subprocess.

As most would write it, and not made slow on purpose: uvicorn with uvloop and httptools, a temporary
directory for each request, and no more processes at once than there are cores. The tests of a request run
beside each other over those cores. It keeps nothing: what is sent again is compiled again.
"""

import asyncio
import encodings.idna
import os
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

import anyio._backends._asyncio
import uvicorn
import uvicorn.lifespan.on
import uvicorn.loops.uvloop
import uvicorn.protocols.http.httptools_impl
from fastapi import FastAPI
from pydantic import BaseModel

from sandbox import privileges
from tests.bench.unsandboxed import enter_image, hide_precompiled_headers
from tests.bench.workloads import Task

# Imported by the libraries on first use; by then this process is inside the image.
LATE_IMPORTS = (
    anyio._backends._asyncio,
    encodings.idna,
    uvicorn.lifespan.on,
    uvicorn.loops.uvloop,
    uvicorn.protocols.http.httptools_impl,
)


class Test(BaseModel):
    """An input, and what the program should print."""

    stdin: str
    expected_output: str


class RunRequest(BaseModel):
    """The part of the real service's request that the bench uses."""

    language: str
    code: str
    tests: list[Test] = []


class _Runner:
    """Runs the commands of one task; no more at once than ``slots``."""

    def __init__(self, task: Task, slots: int) -> None:
        self._task = task
        self._environment = dict(task.environment)
        self._free = asyncio.Semaphore(slots)

    async def judge(self, request: RunRequest) -> dict[str, Any]:
        """The answer to a request, with those fields at which the bench looks."""
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / self._task.source_file).write_text(request.code)
            if self._task.compile is not None:
                compiled = await self._execute(self._task.compile, directory, "")
                if compiled["exit_code"] != 0:
                    return {"verdict": "CE", "compile": compiled}
            if not request.tests:
                run = await self._execute(self._task.run, directory, "")
                return {"verdict": "RE" if run["exit_code"] else "OK", "run": run}
            runs = await asyncio.gather(
                *(self._execute(self._task.run, directory, one.stdin) for one in request.tests)
            )
        passed = sum(
            run["exit_code"] == 0 and run["stdout"].split() == test.expected_output.split()
            for run, test in zip(runs, request.tests, strict=True)
        )
        verdict = "AC" if passed == len(runs) else "WA"
        return {"verdict": verdict, "passed": passed, "total": len(runs), "tests": runs}

    async def _execute(
        self, command: tuple[str, ...], directory: str, stdin: str
    ) -> dict[str, Any]:
        async with self._free:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=directory, env=self._environment,
                # Nothing to say and a program that ends at once are too much for uvloop's pipes.
                stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            stdout, stderr = await process.communicate(stdin.encode() or None)
        return {
            "exit_code": process.returncode,
            "stdout": stdout.decode(errors="replace"),
            "stderr": stderr.decode(errors="replace"),
        }


def _make_app(task: Task, slots: int) -> FastAPI:
    app = FastAPI()
    runner = _Runner(task, slots)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/run")
    async def run(request: RunRequest) -> dict[str, Any]:
        return await runner.judge(request)

    return app


def serve(
    task: Task, slots: int, directory: Path, listener: socket.socket, precompiled: bool
) -> None:
    """The whole life of the service's process. It ends with SIGTERM, and with its parent.

    Args:
        task: the one kind of program that it runs.
        slots: how many run at once.
        directory: where its mounts are made.
        listener: the listening socket.
        precompiled: whether its compiler has the image's precompiled headers.
    """
    privileges.die_with(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = uvicorn.Config(
        _make_app(task, slots), loop="uvloop", http="httptools", log_level="error", access_log=False
    )
    config.load()
    enter_image(task.rootfs, directory)
    if not precompiled:
        hide_precompiled_headers()
    uvicorn.Server(config).run([listener])
