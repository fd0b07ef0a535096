"""Callers: who has no key gets nothing, and who has one gets only what is theirs."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.api.callers import Callers, CallersError
from sandbox.api.errors import ApiError
from sandbox.api.runs import Run
from sandbox.models import RunResult
from tests.api_harness import SMALL, Api, error_of, serve, until

pytestmark = pytest.mark.anyio

ALICE, ALICE_2, BOB = "alice's secret", "alice's other secret", "bob's secret"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def write(path: Path, callers: dict[str, list[str]], most: int = 3) -> None:
    """Replaces the file, as a careful operator does."""
    text = "".join(
        f"[callers.{name}]\nkeys_sha256 = {[digest(key) for key in keys]}\nmost_unfinished = {most}\n"
        for name, keys in callers.items()
    )
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def spoil(path: Path) -> None:
    path.write_text("callers = nonsense")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "callers.toml"
    write(file, {"alice": [ALICE, ALICE_2], "bob": [BOB]})
    return file


@pytest.fixture
async def api(path: Path, anyio_backend: str) -> AsyncIterator[Api]:
    async with serve(callers_file=path) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer("wrong"),
        bearer(digest(ALICE)),  # who has read the file has no key
        {"Authorization": ALICE},
        {"Authorization": f"Basic {ALICE}"},
        {"Authorization": f"Bearer {ALICE} x"},
    ],
)
@pytest.mark.parametrize("place", ["/run", "/runs/r_0", "/metrics", "/languages", "/docs", "/no"])
async def test_without_a_key_everything_is_the_same_401(
    api: Api, headers: dict[str, str], place: str
) -> None:
    answer = await api.http.get(place, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert error_of(answer)["code"] == "unauthorized"
    posted = await api.post(SMALL, headers=headers)
    assert posted.content == answer.content
    assert api.worker.started == []


async def test_two_keys_in_one_request_are_none(api: Api) -> None:
    headers = [("Authorization", f"Bearer {ALICE}"), ("Authorization", f"Bearer {BOB}")]
    assert (await api.http.get("/languages", headers=headers)).status_code == 401


@pytest.mark.parametrize("place", ["/healthz", "/readyz"])
async def test_an_orchestrator_needs_no_key(api: Api, place: str) -> None:
    assert (await api.http.get(place)).status_code == 200


@pytest.mark.parametrize("key", [ALICE, ALICE_2, BOB])
async def test_every_key_of_a_caller_lets_it_in(api: Api, key: str) -> None:
    assert (await api.post(SMALL, headers=bearer(key))).status_code == 200


async def test_a_caller_sees_no_run_of_another(api: Api) -> None:
    api.worker.hold()
    answer = await api.post(SMALL, "/run?wait=false", headers=bearer(ALICE))
    run_id = RunResult.model_validate_json(answer.content).id
    unknown = await api.http.get("/runs/r_0", headers=bearer(BOB))
    for method in ("GET", "DELETE"):
        refused = await api.http.request(method, f"/runs/{run_id}", headers=bearer(BOB))
        assert (refused.status_code, refused.content) == (404, unknown.content)
    api.worker.release()
    seen = await api.http.get(f"/runs/{run_id}?wait=30", headers=bearer(ALICE_2))
    assert seen.json()["status"] == "done"
    for forged in (run_id[:34], f"{run_id[:34]}_{'0' * 16}"):
        assert (await api.http.get(f"/runs/{forged}", headers=bearer(BOB))).status_code == 404


async def test_the_same_idempotency_key_of_two_callers_is_two_runs(api: Api) -> None:
    ids = [
        (await api.post(SMALL, headers={**bearer(key), "Idempotency-Key": "k"})).json()["id"]
        for key in (ALICE, ALICE_2, BOB)
    ]
    assert ids[0] == ids[1] != ids[2]
    other = {**bearer(BOB), "Idempotency-Key": "k"}
    assert (await api.post({**SMALL, "stdin": "x"}, headers=other)).status_code == 409


async def test_a_callers_share_is_its_own(api: Api) -> None:
    api.worker.hold()
    for _ in range(3):
        assert (await api.post(SMALL, "/run?wait=false", headers=bearer(ALICE))).status_code == 202
    refused = await api.post(SMALL, headers=bearer(ALICE_2))
    assert refused.status_code == 429
    assert error_of(refused)["code"] == "share_used_up"
    assert (await api.post(SMALL, "/run?wait=false", headers=bearer(BOB))).status_code == 202
    api.worker.release()
    await until(lambda: api.service.queue.running + api.service.queue.waiting == 0)
    assert (await api.post(SMALL, headers=bearer(ALICE))).status_code == 200


async def test_a_batch_larger_than_the_share_is_done_piece_by_piece(api: Api) -> None:
    body = b'{"language":"python","code":""}\n' * 20
    headers = {**bearer(ALICE), "Content-Type": "application/x-ndjson"}
    answer = await api.http.post("/runs", content=body, headers=headers)
    assert answer.text.count('"status":"done"') == 20


async def test_a_batch_waits_for_what_its_caller_has_under_way(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refused = api.service.start, []

    async def noting(*arguments: Any, **more: Any) -> Run:
        try:
            return await start(*arguments, **more)
        except ApiError as error:
            refused.append(error.code)
            raise

    monkeypatch.setattr(api.service, "start", noting)
    api.worker.hold()
    for _ in range(3):
        await api.post(SMALL, "/run?wait=false", headers=bearer(ALICE))
    headers = {**bearer(ALICE), "Content-Type": "application/x-ndjson"}
    body = b'{"language":"python","code":""}\n' * 4
    batch = asyncio.create_task(api.http.post("/runs", content=body, headers=headers))
    await until(lambda: bool(refused))
    api.worker.release()
    assert (await batch).text.count('"status":"done"') == 4
    assert set(refused) == {"share_used_up"}
    assert "share_used_up" not in api.service.metrics.text().decode()  # nobody was told so


async def test_a_caller_pushes_out_its_own_results_and_not_anothers(path: Path) -> None:
    async with serve(callers_file=path, results_kept=4) as api:
        bobs = (await api.post(SMALL, headers=bearer(BOB))).json()["id"]
        for _ in range(10):
            assert (await api.post(SMALL, headers=bearer(ALICE))).status_code == 200
        assert (await api.http.get(f"/runs/{bobs}", headers=bearer(BOB))).status_code == 200


async def test_a_key_that_is_taken_out_of_the_file_is_refused(api: Api, path: Path) -> None:
    assert (await api.http.get("/languages", headers=bearer(ALICE_2))).status_code == 200
    write(path, {"alice": [ALICE], "bob": [BOB]})
    while (await api.http.get("/languages", headers=bearer(ALICE_2))).status_code == 200:
        pass  # it is looked at once a second; the test's time limit bounds it
    assert (await api.http.get("/languages", headers=bearer(ALICE))).status_code == 200
    spoil(path)
    while (await api.http.get("/languages", headers=bearer(ALICE))).status_code == 200:
        pass
    write(path, {"bob": [BOB]})
    while (await api.http.get("/languages", headers=bearer(BOB))).status_code != 200:
        pass


async def test_every_request_has_a_line_without_secrets(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "sandbox.audit"):
        done = await api.post({**SMALL, "code": "the source"}, headers=bearer(ALICE))
        await api.http.get("/runs/r_%0aforged", headers=bearer("a wrong secret"))
    records = [record for record in caplog.records if record.name == "sandbox.audit"]
    assert [record.__dict__["run"] for record in records] == [done.json()["id"], ""]
    lines = [record.getMessage() for record in records]
    assert [line.rsplit(" ", 1)[0] for line in lines] == [
        "caller=alice method=POST path='/run' status=200",
        "caller=- method=GET path='/runs/r_\\nforged' status=401",
    ]
    assert not any(secret in line for line in lines for secret in ("secret", "source"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "callers = 1",
        "[callers.x]\n",
        "[callers.x]\nkeys_sha256 = []",
        "[callers.x]\nkey = 'k'",
        f"[callers.'']\nkeys_sha256 = ['{digest(ALICE)}']",  # who would see all runs
        f'[callers."x\\ncaller=y"]\nkeys_sha256 = ["{digest(ALICE)}"]',
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "callers.toml"
    file.write_text(text)
    with pytest.raises(CallersError, match="callers file"):
        Callers(file)


@pytest.mark.parametrize("keys", [f"['{ALICE.encode().hex()}']", "['schlüssel']", "'a secret'"])
def test_a_key_in_place_of_its_digest_is_refused_and_not_told(tmp_path: Path, keys: str) -> None:
    file = tmp_path / "callers.toml"
    file.write_text(f"[callers.x]\nkeys_sha256 = {keys}")
    with pytest.raises(CallersError, match="keys_sha256") as refused:
        Callers(file)
    assert keys.strip("[]'") not in str(refused.value)
