"""How a request says how it is judged: what is refused, with the field, and what becomes of the rest."""

import asyncio
import io
import tarfile
import time
from typing import Any

import pytest

from sandbox.api import routes_archives
from sandbox.archives import read_archive
from sandbox.jobs import Job, JobCall, pack, unpack
from sandbox.patches import TreeFile
from sandbox.scoring import Group
from sandbox.values import Tolerance
from tests.api_harness import SMALL, Api, error_of

pytestmark = pytest.mark.anyio

CALL = {"call": {"function": "f", "args": [1], "expected": 2}}
CHECKER = {"type": "program", "language": "cpp", "code": "int main() {}"}
HELPER = {"language": "python", "code": ""}
STAGES = [{"name": "a", "command": ["true"]}]
ARCHIVE = {"archive": {"base64": ""}}


async def job_of(api: Api, **fields: object) -> Job:
    await api.run(**fields)
    job = api.worker.started[-1]
    assert unpack(Job, pack(job)) == job
    return job


async def test_everything_reaches_the_job(api: Api) -> None:
    job = await job_of(
        api,
        tests=[{"stdin": "1", "expected_output": "2", "points": 3, "group": "g"}],
        checker={**CHECKER, "files": {"testlib.h": "x"}, "limits": {"cpu_time_s": 1}},
        groups=[{"id": "g", "score": "min", "points": 7}],
        reward="points",
    )
    assert (job.tests[0].points, job.tests[0].group, job.reward) == (3, "g", "points")
    assert job.groups == (Group("g", "min", 7),)
    assert job.checker_program is not None
    assert (job.checker_program.language, job.checker_program.limits.cpu_time_s) == ("cpp", 1)
    assert job.interactor is None


async def test_a_call_travels_as_json(api: Api) -> None:
    call = {"function": "S.f", "args": [1, {"a": [None]}], "expected": 1.5, "rel_tol": 0.1}
    job = await job_of(api, tests=[{"call": call}])
    assert job.tests[0].call == JobCall("S.f", b'[1,{"a":[null]}]', b"1.5", Tolerance(0, 0.1))


async def test_an_uploaded_archive_is_put_into_the_job(api: Api) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    headers = {"Content-Type": "application/x-tar"}
    answer = await api.http.post("/archives", content=packed.getvalue(), headers=headers)
    assert (answer.status_code, answer.json()["files"]) == (200, 1)
    digest = answer.json()["digest"]
    assert (await api.http.get(f"/archives/{digest}")).json() == answer.json()
    job = await job_of(api, stages=STAGES, repository={"digest": digest})
    assert job.repository is not None
    assert job.repository.archive == packed.getvalue()
    assert job.size_bytes >= len(packed.getvalue())


async def test_archives_are_unpacked_one_at_a_time_and_never_to_be_found(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may take a thousand times its size meanwhile; and many send the same one at once."""
    reading, most, calls = 0, 0, 0

    def read_slowly(data: bytes) -> dict[str, TreeFile]:
        nonlocal reading, most, calls
        reading, calls = reading + 1, calls + 1
        most = max(most, reading)
        time.sleep(0.05)
        reading -= 1
        return read_archive(data)

    monkeypatch.setattr(routes_archives, "read_archive", read_slowly)
    headers = {"Content-Type": "application/x-tar"}
    uploads = [
        api.http.post("/archives", content=tar_of(f"{n % 4}"), headers=headers) for n in range(12)
    ]
    digests = [answer.json()["digest"] for answer in await asyncio.gather(*uploads)]
    for digest in digests:
        assert (await api.http.get(f"/archives/{digest}")).json()["files"] == 1
    assert (len(set(digests)), most, calls) == (4, 1, 4)


def tar_of(name: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return packed.getvalue()


async def test_what_is_no_archive_is_not_kept(api: Api) -> None:
    headers = {"Content-Type": "application/x-tar"}
    answer = await api.http.post("/archives", content=b"hello", headers=headers)
    assert (answer.status_code, error_of(answer)["code"]) == (422, "invalid_archive")
    answer = await api.http.post("/archives", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    answer = await api.http.get(f"/archives/sha256:{'0' * 64}")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def repository(**fields: object) -> dict[str, Any]:
    return {"stages": STAGES, "repository": {**ARCHIVE, **fields}}


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"checker": {"type": "program", "language": "cpp"}}, "checker.code", "required"),
    ({"checker": {**CHECKER, "language": "klingon"}}, "checker.language", "unknown language"),
    ({"checker": {**CHECKER, "limits": {"memory_mb": 10**6}}}, "checker.limits.memory_mb", "at most"),
    ({"checker": {**CHECKER, "files": {"main.cpp": ""}}}, "checker.files", "where 'code' goes"),
    ({"checker": {**CHECKER, "files": {"../x": ""}}}, "checker.files.../x", "'..'"),
    ({"checker": {**CHECKER, "abs_tol": 1}}, "checker.abs_tol", "not permitted"),
    ({"checker": {"type": "tokens", "code": "x"}}, "checker.code", "not permitted"),
    ({"checker": {"type": "magic"}}, "checker.type", "Input should be"),
    ({"checker": 1}, "checker", "valid"),
    ({"interactor": HELPER}, "interactor", "needs tests"),
    ({"interactor": HELPER, "tests": [{}], "checker": CHECKER}, "interactor", "leave out"),
    ({"interactor": {**HELPER, "files": {"input.txt": ""}}, "tests": [{}]}, "interactor.files", "given"),
    ({"tests": [CALL, {"stdin": "1"}]}, "tests", "either all tests are calls"),
    ({"tests": [{**CALL, "stdin": "1"}]}, "tests.0.call", "leave out stdin"),
    ({"tests": [CALL], "checker": {"type": "exact"}}, "checker", "leave out the checker"),
    ({"tests": [{"call": {**CALL["call"], "function": "f()"}}]}, "tests.0.call.function", "pattern"),
    ({"tests": [{"call": {"function": "f"}}]}, "tests.0.call.expected", "required"),
    ({"tests": [CALL], "files": {"solution.py": ""}}, "files", "solution.py"),
    ({"tests": [{"group": "g"}]}, "tests.0.group", "missing in 'groups'"),
    ({"tests": [{"points": -1}]}, "tests.0.points", "greater"),
    ({"groups": [{"id": "g"}]}, "groups", "has no test"),
    ({"tests": [{"group": "g"}], "groups": [{"id": "g", "depends_on": ["x"]}]}, "groups", "come before"),
    ({"reward": "most"}, "reward", "Input should be"),
    ({"stages": STAGES, "tests": [{}]}, "stages", "leave out 'tests'"),
    ({"stages": STAGES + STAGES}, "stages", "same name"),
    ({"stages": [{"name": "a", "command": []}]}, "stages.0.command", "at least 1"),
    ({"stages": [{**STAGES[0], "limits": {"pids": 10**6}}]}, "stages.0.limits.pids", "at most"),
    ({"stages": [{**STAGES[0], "env": {"a": "\0"}}]}, "stages.0.env.a", "NUL"),
    ({"protected": ["a"]}, "protected", "only stages"),
    ({"stages": STAGES, "protected": ["/etc"]}, "protected.0", "relative"),
    ({"repository": ARCHIVE}, "repository", "needs stages"),
    ({"stages": STAGES, "repository": {}}, "repository", "either an archive or the digest"),
    ({"stages": STAGES, "repository": ARCHIVE, "code": "x"}, "repository", "overlay"),
    ({"stages": STAGES, "repository": {"digest": "sha256:0"}}, "repository.digest", "pattern"),
    ({"stages": STAGES, "repository": {"digest": f"sha256:{'0' * 64}"}}, "repository.digest", "upload"),
    ({"stages": STAGES, "repository": {**ARCHIVE, "must_pass": ["a"]}}, "repository", "need a report"),
    (repository(report={"format": "tap"}), "repository", "needs tests"),
    (repository(overlay={"a/../b": ""}), "repository.overlay.a/../b", "'..'"),
    (repository(patch={"base64": "!"}), "repository.patch.base64", "base64"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "field", "words"), MISTAKES, ids=lambda value: str(value)[:40])
async def test_a_mistake_is_refused_with_its_field(
    api: Api, fields: dict[str, Any], field: str, words: str
) -> None:
    answer = await api.post({**SMALL, **fields})
    error = error_of(answer)
    assert answer.status_code == 422
    assert (error["field"], words in error["message"]) == (field, True), error
    assert api.worker.started == []


async def test_a_value_out_of_range_is_refused(api: Api) -> None:
    body = b'{"language":"python","code":"","tests":[{"call":{"function":"f","expected":1e999}}]}'
    answer = await api.http.post("/run", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert error_of(answer)["field"].startswith("tests.0.call.expected")
