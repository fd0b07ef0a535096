"""``POST /run``, asked once for each thing: what was answered before is found in the workspace.

The key of an answer is a hash of the whole request and of what runs it: the languages of the program and of
its checker, with their images and the limits that hold where a request states none. It is the request's
idempotency key too: a run that was under way when the pipeline was killed is not made again, as long as
the service remembers it.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.client import AsyncClient, RequestRefused, SandboxError
from sandbox.models import ProgramChecker, RunRequest, RunResult, StepResult, Verdict
from testgen.errors import DataError, Fault
from testgen.hashing import canonical_json, hash_of
from testgen.outputs import Large, Output
from testgen.storage.workspace import Workspace

_HELPER_FAILED = "helper_failed"
_MESSAGE_CHARS = 300
_STDERR_CHARS = 4000


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in one run of a program; ``cpu_time_s`` is measured, all else repeats itself."""

    verdict: Verdict
    exit_code: int | None
    stdout: Output
    stderr: str
    message: str
    truncated: bool
    cpu_time_s: float

    @property
    def cut(self) -> bool:
        """Whether it printed no more than it may, and the answer had no room for it."""
        return self.truncated and self.verdict is Verdict.OK


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said to a request.

    Attributes:
        helper_failed: why the checker is of no use; empty if it is, or there is none.
        artifacts: the files that were asked for; None for one that was refused.
    """

    verdict: Verdict
    compiled: bool
    compile_message: str
    run: Step | None
    tests: tuple[Step, ...]
    artifacts: Mapping[str, bytes | None]
    helper_failed: str


@dataclass(frozen=True, slots=True)
class Languages:
    """The service's languages by every name they have.

    Attributes:
        identities: by name, a hash of all that is the language's in a run: image, version and limits.
    """

    identities: Mapping[str, str]

    @classmethod
    async def ask(cls, client: AsyncClient) -> "Languages":
        """What the service has now."""
        digests = {image.name: image.digest for image in await client.images()}
        identities = {}
        for language in await client.languages():
            limits = [one.model_dump() for one in (language.limits, language.compile_limits)]
            image = digests.get(language.image, language.image)
            for name in (language.name, *language.aliases):
                identities[name] = hash_of(language.name, language.version, image, *limits)
        return cls(identities)

    def __contains__(self, name: str) -> bool:
        return name in self.identities

    def of(self, request: RunRequest) -> list[str]:
        """The identities of all languages that a request needs; one that is not there is empty."""
        names = [request.language]
        if isinstance(request.checker, ProgramChecker):
            names.append(request.checker.language)
        return [self.identities.get(name, "") for name in names]


class Runner:
    """Asks the service, a bounded number of times at once."""

    def __init__(
        self,
        client: AsyncClient,
        workspace: Workspace,
        languages: Languages,
        *,
        at_once: int,
        fault_retries: int,
        output_bytes: int,
    ) -> None:
        self._client = client
        self._workspace = workspace
        self.languages = languages
        self._gate = asyncio.Semaphore(at_once)
        self._building = asyncio.Semaphore(at_once)
        self._fault_retries = fault_retries
        self._output_bytes = output_bytes
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        """The answer to a request, from before or from the service; another attempt is another answer.

        Raises:
            Fault: the sandbox failed, every time.
            DataError: the service refuses the request.
        """
        key = await asyncio.to_thread(self._key, request, attempt)
        known = self._workspace.answer("run", key)
        if known is not None:
            return self._answer(known)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(request, key))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return self._answer(await asyncio.shield(task))

    async def run_built(self, build: Callable[[], RunRequest], *, attempt: int = 0) -> Answer:
        """As `run`, of a request that is built when it is its turn: so few large ones are there at once."""
        async with self._building:
            return await self.run(await asyncio.to_thread(build), attempt=attempt)

    def _key(self, request: RunRequest, attempt: int) -> str:
        body = request.model_dump(mode="json", exclude_unset=True)
        return hash_of("run", attempt, body, self.languages.of(request))

    async def _ask(self, request: RunRequest, key: str) -> Any:
        fault = ""
        for attempt in range(self._fault_retries + 1):
            async with self._gate:
                try:
                    result = await self._client.run(request, idempotency_key=f"{key}-t{attempt}")
                except RequestRefused as error:
                    raise DataError(str(error)) from error
                except SandboxError as error:
                    raise Fault(str(error)) from error
            failed = result.error
            if failed is None or failed.code == _HELPER_FAILED:
                keeps = all(test.expected_output is None for test in request.tests or ())
                record, name = await asyncio.to_thread(self._put, result, keeps)
                self._workspace.name_answer("run", key, name)
                return record
            fault = f"{failed.code}: {failed.message}"
        raise Fault(f"the sandbox failed {self._fault_retries + 1} times: {fault}")

    def _put(self, result: RunResult, keeps_outputs: bool) -> tuple[dict[str, Any], str]:
        """What is kept of an answer, on the disk, and its name."""
        record = self._record(result, keeps_outputs)
        return record, self._workspace.blobs.put(canonical_json(record))

    def _record(self, result: RunResult, keeps_outputs: bool) -> dict[str, Any]:
        """What is kept of an answer, as JSON. What was judged where it was run needs no output here."""
        failed = result.error.message if result.error is not None else ""
        return {
            "verdict": result.verdict or Verdict.IE,
            "compile": None if result.compile is None else self._step_record(result.compile),
            "run": None if result.run is None else self._step_record(result.run),
            "tests": [self._step_record(step, keeps_outputs) for step in result.tests],
            "artifacts": {name: one.base64 for name, one in sorted(result.artifacts.items())},
            "helper_failed": failed,
        }

    def _step_record(self, step: StepResult, keeps_output: bool = True) -> dict[str, Any]:
        return {
            "verdict": step.verdict,
            "exit_code": step.exit_code,
            "stdout": self._output_record(step) if keeps_output else {"text": ""},
            "stderr": step.stderr[-_STDERR_CHARS:],
            "message": step.message[:_MESSAGE_CHARS],
            "truncated": step.stdout_truncated,
            "cpu_time_s": step.cpu_time_s,
        }

    def _output_record(self, step: StepResult) -> dict[str, Any]:
        """A small output as it is, a large one as a blob."""
        if step.stdout_base64 is not None:
            data = base64.b64decode(step.stdout_base64)
        else:
            data = step.stdout.encode()
        if len(data) > self._output_bytes:
            return {"blob": self._workspace.blobs.put(data), "bytes": len(data)}
        if step.stdout_base64 is not None:
            return {"base64": step.stdout_base64}
        return {"text": step.stdout}

    def _answer(self, record: Any) -> Answer:
        compile_step = record["compile"]
        compiled = compile_step is None or compile_step["verdict"] == Verdict.OK
        said = "" if compile_step is None else compile_step["stderr"] or compile_step["message"]
        return Answer(
            verdict=Verdict(record["verdict"]),
            compiled=compiled,
            compile_message="" if compiled else said,
            run=None if record["run"] is None else self._step(record["run"]),
            tests=tuple(self._step(step) for step in record["tests"]),
            artifacts={
                name: None if text is None else base64.b64decode(text)
                for name, text in record["artifacts"].items()
            },
            helper_failed=record["helper_failed"],
        )

    def _step(self, record: Any) -> Step:
        return Step(
            verdict=Verdict(record["verdict"]),
            exit_code=record["exit_code"],
            stdout=self._output(record["stdout"]),
            stderr=record["stderr"],
            message=record["message"],
            truncated=record["truncated"],
            cpu_time_s=record["cpu_time_s"],
        )

    def _output(self, record: Any) -> Output:
        if "blob" in record:
            return Large(record["blob"], record["bytes"], self._workspace.blobs.get)
        return record["text"].encode() if "text" in record else base64.b64decode(record["base64"])
