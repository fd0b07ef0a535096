"""What the service tells about itself, and that every error has the one form."""

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from prometheus_client.parser import text_string_to_metric_families

from sandbox.api.examples import RUN_EXAMPLES
from sandbox.jobs import SlotLease
from sandbox.models import ImageInfo, LanguageInfo, Readiness, RunRequest
from tests.api_harness import SMALL, Api, error_of, ran_well, serve, until

pytestmark = pytest.mark.anyio

DIGEST = f"sha256:{'0' * 64}"
ROUTES = {
    "/run": {"POST"},
    "/runs": {"POST"},
    "/runs/r_1": {"GET", "DELETE"},
    "/archives": {"POST"},
    f"/archives/{DIGEST}": {"GET"},
    "/languages": {"GET"},
    "/images": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
    "/metrics": {"GET"},
    "/docs": {"GET"},
}


async def test_the_process_is_up(api: Api) -> None:
    answer = await api.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_languages_are_listed_with_their_aliases_and_limits(api: Api) -> None:
    answer = (await api.http.get("/languages")).json()
    languages = [LanguageInfo.model_validate(one) for one in answer]
    assert [one.name for one in languages] == ["python", "cpp"]
    python, cpp = languages
    assert (python.aliases, python.version, python.image) == (["python3", "py"], "3.11.2", "python")
    assert (python.compiled, cpp.compiled) == (False, True)
    assert (python.limits.memory_mb, python.limits.output_kb) == (512, 1024)
    assert (python.compile_limits.cpu_time_s, cpp.compile_limits.disk_mb) == (None, 256)


async def test_a_limit_of_a_language_can_be_sent_back_as_it_is(api: Api) -> None:
    for language in (await api.http.get("/languages")).json():
        limits = {name: value for name, value in language["limits"].items() if value is not None}
        assert (await api.run(language=language["name"], limits=limits)).status == "done"


async def test_images_are_listed_once(api: Api) -> None:
    answer = (await api.http.get("/images")).json()
    images = [ImageInfo.model_validate(one) for one in answer]
    assert [(one.name, one.digest) for one in images] == [
        ("python", "sha256:aa"),
        ("cpp", "sha256:bb"),
    ]


async def test_while_the_worker_is_away_its_languages_are_known_and_its_images_not(
    api: Api,
) -> None:
    await api.worker.disconnect()
    await api.until_workers(0)
    assert len((await api.http.get("/languages")).json()) == 2
    assert (await api.http.get("/images")).json() == []


# Readiness.


async def readiness(api: Api, status: int) -> Readiness:
    answer = await api.http.get("/readyz")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert ("retry-after" in answer.headers) == (status == 503)
    found = Readiness.model_validate_json(answer.content)
    assert found.ready == (status == 200) == (found.reasons == [])
    return found


async def test_a_service_that_can_work_is_ready(api: Api) -> None:
    found = await readiness(api, 200)
    assert [(worker.name, worker.slots) for worker in found.workers] == [("worker-0", 2)]
    assert [(one.name, one.level, one.mend) for one in found.host] == [
        ("kernel", "PASS", ""),
        ("swap", "CAUTION", "swapoff"),
    ]
    assert (found.queued, found.running) == (0, 0)


async def test_without_a_worker_it_is_not() -> None:
    async with serve(connect=False) as api:
        assert (await readiness(api, 503)).reasons == ["no worker is connected"]


async def test_with_a_full_queue_it_is_not_and_recovers() -> None:
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        run_ids = [await api.submit() for _ in range(2)]
        found = await readiness(api, 503)
        assert (found.reasons, found.queued, found.running) == (["the queue is full"], 1, 1)
        api.worker.release()
        for one in run_ids:
            await api.http.get(f"/runs/{one}?wait=30")
        await readiness(api, 200)


async def test_while_it_drains_it_is_not_and_says_all_reasons(api: Api) -> None:
    await api.worker.disconnect()
    await api.until_workers(0)
    api.service.queue.close()
    reasons = (await readiness(api, 503)).reasons
    assert reasons == ["the service is shutting down", "no worker is connected"]


# Metrics.


async def test_metrics_are_what_prometheus_reads(api: Api) -> None:
    await api.run()
    await api.post({**SMALL, "language": "cpp"})
    answer = await api.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    runs = families["sandbox_runs"]
    assert runs.type == "counter"
    counted = {
        (one.labels["language"], one.labels["verdict"]): one.value
        for one in runs.samples
        if one.name == "sandbox_runs_total"
    }
    assert counted == {("python", "OK"): 1, ("cpp", "OK"): 1}
    phases = families["sandbox_phase_seconds"]
    assert phases.type == "histogram"
    counts = {
        one.labels["phase"]: one.value for one in phases.samples if one.name.endswith("_count")
    }
    assert counts == {"queue": 2, "prepare": 2, "compile": 2, "run": 2}
    assert {"sandbox_queue_waiting", "sandbox_queue_running", "sandbox_refused"} <= set(families)
    assert families["sandbox_queue_claimed"].samples[0].value == 2


async def test_leases_of_slots_are_counted_by_image_and_boots_are_timed(api: Api) -> None:
    leases = (
        SlotLease("python", "boot", 0.2),
        SlotLease("python", "hit", 0.0),
        SlotLease("jvm", "swap", 0.03),
    )
    api.worker.result_of = lambda job: replace(ran_well(job), leases=leases)
    await api.run()
    assert await api.metric('sandbox_slot_leases_total{how="hit",image="python"}') == 1
    assert await api.metric('sandbox_slot_leases_total{how="swap",image="jvm"}') == 1
    assert await api.metric('sandbox_boot_seconds_count{image="python"}') == 1
    assert await api.metric('sandbox_boot_seconds_sum{image="jvm"}') == 0.03


async def test_gauges_tell_what_is_now() -> None:
    async with serve(slots=2) as api:
        assert await api.metric('sandbox_slots{state="idle"}') == 2
        assert await api.metric("sandbox_queue_oldest_seconds") == 0
        api.worker.hold()
        for _ in range(4):
            await api.submit()
        assert await api.metric("sandbox_queue_running") == 2
        assert await api.metric("sandbox_queue_waiting") == 2
        assert await api.metric("sandbox_queue_oldest_seconds") > 0
        assert await api.metric("sandbox_queue_work_seconds") > 0
        assert await api.metric('sandbox_slots{state="busy"}') == 2
        assert await api.metric('sandbox_slots{state="idle"}') == 0
        assert await api.metric("sandbox_workers") == 1
        assert await api.metric("sandbox_queue_reachable") == 1


async def test_jobs_of_dead_workers_are_counted(api: Api) -> None:
    api.worker.hold()
    await api.submit()
    for reclaimed, given_up in ((1, 0), (1, 1)):
        await api.worker.disconnect()
        await api.until_workers(0)
        assert await api.metric("sandbox_queue_reclaimed_total") == reclaimed
        assert await api.metric("sandbox_queue_worker_died_total") == given_up
        api.worker.reconnect()
        await api.until_workers(1)
        if not given_up:
            await until(lambda: api.service.queue.running == 1)


async def test_a_run_that_expires_is_counted() -> None:
    async with serve(slots=1, queue_wait_s=0.05) as api:
        api.worker.hold()
        await api.submit()
        assert (await api.run()).verdict == "IE"
        assert await api.metric("sandbox_queue_expired_total") == 1


async def test_what_happens_to_slots_is_counted(api: Api) -> None:
    assert await api.metric('sandbox_slot_mishaps_total{what="lost"}') == 0
    mishaps = {"leaked": 1, "rebuilt": 2}
    api.worker.result_of = lambda job: replace(ran_well(job), mishaps=mishaps)
    await api.run()
    assert await api.metric('sandbox_slot_mishaps_total{what="leaked"}') == 1
    assert await api.metric('sandbox_slot_mishaps_total{what="rebuilt"}') == 2


async def test_a_caller_cannot_make_new_metrics(api: Api) -> None:
    before = (await api.http.get("/metrics")).text
    await api.post({**SMALL, "language": "made up"})
    await api.http.get("/made-up")
    assert (await api.http.get("/metrics")).text == before


# The page, and the document behind it.


async def test_the_page_loads_nothing_from_elsewhere(api: Api) -> None:
    page = await api.http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert re.findall(r"https?://[^\s'\"<>]+", page.text) == []
    targets = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page.text)
    assert len(targets) == 4
    for target in targets:
        assert target.startswith("/")
        answer = await api.http.get(target)
        assert (answer.status_code, len(answer.content) > 100) == (200, True)


async def document(api: Api) -> dict[str, Any]:
    answer = await api.http.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def references(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + references(list(value.values()))
    return []


async def test_the_document_is_openapi_and_complete(api: Api) -> None:
    found = await document(api)
    assert OpenAPI.model_validate(found).openapi.startswith("3.1")
    assert set(found["paths"]) == {
        path.replace("r_1", "{run_id}").replace(DIGEST, "{digest}")
        for path in ROUTES
        if path != "/docs"
    }
    for reference in references(found):
        assert reference.startswith("#/components/schemas/")
        assert reference.rpartition("/")[2] in found["components"]["schemas"]


async def test_every_error_is_documented_in_the_form_that_it_has(api: Api) -> None:
    found = await document(api)
    assert "HTTPValidationError" not in found["components"]["schemas"]
    for path, operations in found["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status >= "400" and path != "/readyz":
                    schema = response["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}


async def test_the_documents_examples_are_the_ones_that_are_tested(api: Api) -> None:
    body = (await document(api))["paths"]["/run"]["post"]["requestBody"]
    assert body["content"]["application/json"]["examples"] == RUN_EXAMPLES


@pytest.mark.parametrize("name", RUN_EXAMPLES)
async def test_an_example_is_accepted(api: Api, name: str) -> None:
    value = RUN_EXAMPLES[name]["value"]
    assert RunRequest.model_validate(value).language in {"python", "cpp"}
    assert (await api.post(value)).status_code == 200


async def test_every_field_of_a_request_is_in_the_document(api: Api) -> None:
    schema = (await document(api))["components"]["schemas"]["RunRequest"]
    assert set(schema["properties"]) == set(RunRequest.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["language", "code"]


# Everything else.


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/run/",
        "/runs/",
        "/runs/a/b",
        "/runs/..%2fhealthz",
        "//healthz",
        "/healthz/",
        "/RUN",
        "/redoc",
        "/docs/x.js",
        "/docs/..%2f..%2fetc%2fpasswd",
    ],
)
async def test_an_unknown_path_is_an_error_like_any_other(api: Api, path: str) -> None:
    answer = await api.http.get(path)
    assert answer.status_code == 404
    assert error_of(answer)["code"] in {"not_found", "no_such_run"}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_a_wrong_method_is_refused_and_the_right_ones_are_named(
    api: Api, path: str, method: str
) -> None:
    if method in ROUTES[path]:
        assert (await api.http.request(method, path)).status_code != 405
    else:
        answer = await api.http.request(method, path)
        assert answer.status_code == 405
        assert error_of(answer)["code"] == "method_not_allowed"
        assert set(answer.headers["allow"].split(", ")) <= ROUTES[path]


async def test_a_crash_tells_nothing_about_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(api.service, "readiness", crash)
    answer = await api.http.get("/readyz")
    assert answer.status_code == 500
    error = error_of(answer)
    assert error["code"] == "internal"
    assert "secret" not in answer.text
