"""A worker that gives up: the service says why, answers what waits, and takes no more until one is back."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from sandbox.api.bodies import Bodies
from sandbox.api.service import Service
from sandbox.models import Readiness, RunResult, Verdict
from sandbox.queue.client import QueueClient
from sandbox.queue.streams.queue import StreamQueue
from sandbox.queue.streams.survey import RemoteWorker
from sandbox.settings import Settings
from tests.api_harness import HELLO, SMALL, Api, error_of, ran_well, until
from tests.unit.test_queue_client import judge

pytestmark = pytest.mark.anyio
REASON = "image python: /bin/sh has changed"


async def give_up(api: Api) -> None:
    assert api.worker.client is not None
    await api.worker.client.report_fault(REASON)
    await until(lambda: bool(api.service.workers.faults))


async def readiness(api: Api) -> Readiness:
    return Readiness.model_validate_json((await api.http.get("/readyz")).content)


async def test_the_service_is_not_ready_and_says_why(api: Api) -> None:
    await give_up(api)
    assert (await readiness(api)).reasons == [REASON]
    await api.worker.disconnect()
    await api.until_workers(0)
    assert (await readiness(api)).reasons == ["no worker is connected", REASON]
    assert (await api.http.get("/readyz")).status_code == 503


async def test_what_waits_and_what_runs_is_answered_as_our_fault(api: Api) -> None:
    api.worker.hold()
    ids = [await api.submit() for _ in range(4)]
    await give_up(api)
    await api.worker.disconnect()
    for one in ids:
        result = RunResult.model_validate_json((await api.http.get(f"/runs/{one}?wait=30")).content)
        assert (result.verdict, result.reward) == (Verdict.IE, None)
        assert result.error is not None
        assert (result.error.code, result.error.message) == ("host_unfit", REASON)


async def test_new_runs_are_refused(api: Api) -> None:
    await give_up(api)
    await api.worker.disconnect()
    await api.until_workers(0)
    answer = await api.post(SMALL)
    assert answer.status_code == 503
    assert error_of(answer)["code"] == "host_unfit"


async def test_all_is_well_when_the_worker_is_back(api: Api) -> None:
    await give_up(api)
    await api.worker.disconnect()
    await api.until_workers(0)
    api.worker.reconnect()
    await api.until_workers(1)
    assert (await readiness(api)).ready
    assert (await api.run()).verdict is Verdict.OK


async def test_a_worker_that_is_gone_without_a_word_costs_nobody_the_service(api: Api) -> None:
    api.worker.hold()
    run_id = await api.submit()
    await api.worker.until(lambda: len(api.worker.started) == 1)
    await api.worker.disconnect()
    await api.until_workers(0)
    api.worker.result_of = ran_well
    api.worker.release()
    api.worker.reconnect()
    result = (await api.http.get(f"/runs/{run_id}?wait=30")).json()
    assert result["verdict"] == "OK"


async def test_without_a_connection_there_is_nobody_to_tell() -> None:
    await QueueClient(HELLO, judge, Path("nowhere")).report_fault(REASON)


async def test_a_machine_that_is_unfit_does_not_close_those_that_share_a_queue_with_it() -> None:
    settings = Settings(queue=SecretStr("redis://127.0.0.1:1/0"))  # it asks nobody
    service = Service(settings, None, Bodies(1, 1))
    fleet = service.workers
    assert isinstance(fleet, StreamQueue)
    fleet._survey.workers, fleet._survey.faults = [RemoteWorker("good", HELLO)], {"bad": REASON}
    readiness = service.readiness()
    assert (readiness.ready, readiness.reasons, readiness.faults) == (True, [], {"bad": REASON})
    fleet._survey.workers = []
    assert service.readiness().reasons == ["no worker is connected", REASON]
    await fleet.stop()
