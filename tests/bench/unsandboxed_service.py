"""The same request without a sandbox: FastAPI and an asyncio subprocess.

As most would write it, and not made slow on purpose: uvicorn with uvloop and httptools, a temporary
directory for each run, and no more runs at once than there are cores.
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
from tests.bench.unsandboxed import enter_image
from tests.bench.workloads import Task

# Imported by the libraries on first use; by then this process is inside the image.
LATE_IMPORTS = (
    anyio._backends._asyncio,
    encodings.idna,
    uvicorn.lifespan.on,
    uvicorn.loops.uvloop,
    uvicorn.protocols.http.httptools_impl,
)


class RunRequest(BaseModel):
    """The part of the real service's request that the bench uses."""

    language: str
    code: str
    stdin: str = ""


async def _execute(
    command: tuple[str, ...], directory: str, environment: dict[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=directory, env=environment,
        # Nothing to say and a program that ends at once are too much for uvloop's pipes.
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await process.communicate(stdin or None)
    assert process.returncode is not None
    return process.returncode, stdout, stderr


async def _judge(task: Task, request: RunRequest) -> dict[str, Any]:
    environment = dict(task.environment)
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / task.source_file).write_text(request.code)
        if task.compile is not None:
            code, _, stderr = await _execute(task.compile, directory, environment, b"")
            if code != 0:
                return {"verdict": "CE", "compile": {"stderr": stderr.decode(errors="replace")}}
        stdin = request.stdin.encode()
        code, stdout, stderr = await _execute(task.run, directory, environment, stdin)
    return {
        "verdict": "OK" if code == 0 else "RE",
        "run": {
            "exit_code": code,
            "stdout": stdout.decode(errors="replace"),
            "stderr": stderr.decode(errors="replace"),
        },
    }


def _make_app(task: Task, slots: int) -> FastAPI:
    app = FastAPI()
    free = asyncio.Semaphore(slots)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/run")
    async def run(request: RunRequest) -> dict[str, Any]:
        async with free:
            return await _judge(task, request)

    return app


def serve(task: Task, slots: int, directory: Path, listener: socket.socket) -> None:
    """The whole life of the service's process. It ends with SIGTERM, and with its parent.

    Args:
        task: the one kind of program that it runs.
        slots: how many run at once.
        directory: where its mounts are made.
        listener: the listening socket.
    """
    privileges.die_with(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = uvicorn.Config(
        _make_app(task, slots), loop="uvloop", http="httptools", log_level="error", access_log=False
    )
    config.load()
    enter_image(task.rootfs, directory)
    uvicorn.Server(config).run([listener])
