"""An image's self-test: ``python -m sandbox.worker.selftest STORE DIGEST``.

Judges the hello program of each of its languages like any other run. A process of its own, since opening
slots changes the process that does it.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from sandbox.checkers import CheckerSpec
from sandbox.jobs import Job, JobTest
from sandbox.models import Verdict
from sandbox.settings import Settings
from sandbox.worker.host import (
    Host,
    HostNotReady,
    ImageStore,
    Language,
    StoredImage,
    maximum_limits,
)
from sandbox.worker.judge import Judge

# Away from a running service's: 1,000 ranges below the end of what may be used, spread by process.
_FIRST_UID = 0x7C00_0000


def hello_job(language: Language) -> Job:
    """The run of a language's hello program."""
    hello = language.hello
    test = JobTest("hello", hello.stdin.encode(), hello.expected_output.encode())
    return Job(
        id=language.name,
        language=language.name,
        image=None,
        code=hello.code.encode(),
        tests=(test,),
        checker=CheckerSpec("exact"),
    )


@contextlib.contextmanager
def opened(store: Path, digest: str) -> Iterator[tuple[StoredImage, Host, Judge]]:
    """A host with one slot and one image, away from any service, and its judge. Close the host.

    Raises:
        SystemExit: this machine cannot run containers.
    """
    image = ImageStore(store).get_by_digest(digest)
    with tempfile.TemporaryDirectory(prefix="sandbox-selftest-", dir="/run") as run_dir:
        settings = Settings(
            run_dir=Path(run_dir),
            state_dir=store.parent,
            slots=1,
            first_uid=_FIRST_UID + os.getpid() % 512 * 2 * 65_536,
        )
        try:
            host = Host.open(settings, 0, [image])
        except HostNotReady as error:
            sys.exit(f"this machine cannot run containers: {error}")
        judge = Judge(
            host,
            "selftest",
            most=maximum_limits(settings),
            max_artifact_bytes=0,
            max_result_bytes=1 << 20,
        )
        yield image, host, judge


async def _complaints(image: StoredImage, host: Host, judge: Judge) -> list[str]:
    complaints = []
    try:
        for language in image.definition.languages:
            result = await judge.judge(hello_job(language))
            if result.verdict is not Verdict.AC:
                complaints.append(f"{language.name}: {result.verdict}: {result}"[:1000])
    finally:
        await host.close()
    return complaints


def main() -> None:
    """Exits with 1 and the reasons on stderr if the image does not do what its definition says."""
    with opened(Path(sys.argv[1]), sys.argv[2]) as (image, host, judge):
        complaints = uvloop.run(_complaints(image, host, judge))
    if complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
