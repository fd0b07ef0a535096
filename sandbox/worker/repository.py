"""Repository-level changes: the tree that the stages start from, and what their test report is worth."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.archives import ArchiveError, read_archive
from sandbox.globs import matches
from sandbox.jobs import JobCase, JobFile, JobRepository, Step
from sandbox.models import Verdict
from sandbox.patches import PatchError, TreeFile, apply_patch, changed_paths
from sandbox.reports import Evidence, ReportError, parse_report, weigh
from sandbox.worker.host import InputFile
from sandbox.worker.protection import Tree


class BadArchive(Exception):
    """The archive of the request cannot be used."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What the stages start from.

    Attributes:
        original: the archive and the overlay, without the patch: what protected paths are.
        tree: the same with the patch.
        rejected: why the patch does not apply; empty if it does.
    """

    original: Tree
    tree: Tree
    protected: tuple[str, ...]
    rejected: str = ""
    flags: tuple[str, ...] = ()


async def check_out(repository: JobRepository, protected: tuple[str, ...]) -> Checkout:
    """Unpacks the archive, applies the patch, lays the overlay over it; in a thread.

    Raises:
        BadArchive: the archive cannot be used.
    """
    return await asyncio.to_thread(_check_out, repository, protected)


def _check_out(repository: JobRepository, protected: tuple[str, ...]) -> Checkout:
    try:
        archived = read_archive(repository.archive, repository.strip_components)
    except ArchiveError as error:
        raise BadArchive(f"the archive cannot be used: {error}") from error
    protected = (*protected, *(file.path for file in repository.overlay))
    patched, rejected, flags = archived, "", []
    if repository.patch is not None:
        try:
            patched = apply_patch(archived, repository.patch)
            if any(matches(protected, path) for path in changed_paths(repository.patch)):
                flags.append("patch_touches_protected")
        except PatchError as error:
            rejected = f"the patch does not apply: {error}"
    original, tree = _as_files(archived), _as_files(patched)
    _lay(original, repository.overlay)
    _lay(tree, repository.overlay)
    return Checkout(original, tree, protected, rejected, tuple(flags))


def _as_files(tree: dict[str, TreeFile]) -> Tree:
    return {path: InputFile(path, file.content, file.mode) for path, file in tree.items()}


def _lay(tree: Tree, overlay: Iterable[JobFile]) -> None:
    for file in overlay:
        for other in [path for path in tree if _in_the_way(path, file.path)]:
            del tree[other]
        tree[file.path] = InputFile(file.path, file.content)


def _in_the_way(path: str, wanted: str) -> bool:
    return wanted.startswith(path + "/") or path.startswith(wanted + "/")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the report of the last stage has come to."""

    verdict: Verdict
    evidence: Evidence
    cases: tuple[JobCase, ...] = ()


async def read_report(repository: JobRepository, step: Step, content: bytes | None) -> Finding:
    """Judges the last stage, which has run its tests, by its report."""
    if step.verdict is not Verdict.OK and step.exit_code is None:
        return Finding(step.verdict, _nothing(repository, step.message, ()))
    if step.verdict not in (Verdict.OK, Verdict.RE):
        return Finding(step.verdict, _nothing(repository, step.message, ()))
    if content is None:
        return Finding(Verdict.WA, _nothing(repository, "there is no report", ("no_report",)))
    assert repository.report_format is not None
    try:
        cases = await asyncio.to_thread(parse_report, repository.report_format, content)
    except ReportError as error:
        message = f"the report cannot be used: {error}"
        return Finding(Verdict.WA, _nothing(repository, message, ("bad_report",)))
    evidence = weigh(
        cases,
        step.exit_code,
        repository.must_pass,
        repository.must_keep_passing,
        repository.may_fail,
    )
    verdict = Verdict.AC if evidence.accepted else Verdict.WA
    return Finding(
        verdict, evidence, tuple(JobCase(name, status) for name, status in cases.items())
    )


def _nothing(repository: JobRepository, message: str, flags: tuple[str, ...]) -> Evidence:
    total = len({*repository.must_pass, *repository.must_keep_passing})
    return Evidence(0, total, message, flags)
