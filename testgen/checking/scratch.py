"""A runner whose answers are kept only as long as a check lasts."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.client import AsyncClient
from testgen.running.runner import Languages, Runner
from testgen.service import Service
from testgen.storage.workspace import Workspace


@asynccontextmanager
async def scratch_runner(client: AsyncClient, service: Service) -> AsyncIterator[Runner]:
    """Asks the service for its languages, and yields a runner with a folder that goes away."""
    languages = await Languages.ask(client)
    with (
        tempfile.TemporaryDirectory(prefix="testgen-") as scratch,
        Workspace(Path(scratch)) as kept,
    ):
        yield Runner(
            client,
            kept,
            languages,
            at_once=service.runs_at_once,
            fault_retries=service.fault_retries,
            output_bytes=service.output_bytes,
        )
