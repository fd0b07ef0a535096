"""`testgen check`."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.client import AsyncClient
from testgen.checking.package import Finding, check_package, read_tests
from testgen.checking.rows import Rebuilt, rebuild
from testgen.reading.folder import read_folder
from testgen.reporting.plain import plain
from testgen.running.solutions import Judged
from testgen.service import Service
from testgen.settings import settings_for
from testgen.values import Problem


def check(package: Path, url: str | None) -> int:
    """Check a package, or the rows of an export; 1 if something is not as it should be."""
    if package.is_file():
        return _show_rebuilt(asyncio.run(_rows(package, url)))
    return _show(asyncio.run(_package(read_folder(package.resolve()), read_tests(package), url)))


async def _package(problem: Problem, tests: list[Judged], url: str | None) -> list[Finding]:
    service = Service()
    async with AsyncClient(url, concurrency=service.runs_at_once + 2) as client:
        return await check_package(problem, tests, client, settings_for("full", {}), service)


async def _rows(path: Path, url: str | None) -> list[Rebuilt]:
    service = Service()
    async with AsyncClient(url, concurrency=service.runs_at_once + 2) as client:
        return await rebuild(path, client, service)


def _show(findings: list[Finding]) -> int:
    table = Table("solution", "said to be", "verdict", "")
    for one in findings:
        sign = "right" if one.right else "NOT AS IT SHOULD BE"
        table.add_row(plain(one.name), one.label, one.verdict, sign)
    Console().print(table)
    return int(not all(one.right for one in findings))


def _show_rebuilt(rebuilt: list[Rebuilt]) -> int:
    bad = [one for one in rebuilt if one.data is None]
    for one in bad:
        Console().print(plain(f"{one.pid}: {one.id}: is not what it was"))
    Console().print(
        f"{len(rebuilt) - len(bad)} of {len(rebuilt)} inputs were made again as they were"
    )
    return int(bool(bad))
