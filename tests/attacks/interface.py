"""How attacks on the interface are carried out: in this process, with a worker that judges nothing."""

import contextlib
from collections.abc import Mapping
from typing import Any

from tests.api_harness import Api, error_of, serve
from tests.attacks.cases.requests import GOOD, JSON, SETTINGS, RequestAttack, Weaker


async def send_to(attack: RequestAttack, weaker: Weaker | None = None) -> str:
    """Sends an attack to a service of its own; returns what is answered.

    Raises an AssertionError when it started a run although it was refused, or when an honest request is not
    answered afterwards.
    """
    settings: Mapping[str, Any] = {**SETTINGS, **(weaker.settings if weaker else {})}
    async with contextlib.AsyncExitStack() as undo:
        if weaker is not None and weaker.patched is not None:
            undo.enter_context(weaker.patched())
        api = await undo.enter_async_context(serve(**settings))
        seen = await _send(api, attack)
        api.worker.release()
        if weaker is None:
            await _check_service(api, attack, seen)
    return seen


async def _send(api: Api, attack: RequestAttack) -> str:
    if attack.first:
        api.worker.hold()
    for number, content in enumerate(attack.first, 1):
        answer = await api.http.post("/run?wait=false", content=content, headers=attack.headers)
        assert answer.status_code == 202, answer.text
        await _until_running(api, min(number, api.service.slots))
    answer = await api.http.request(
        attack.method, attack.path, content=attack.content, headers=attack.headers
    )
    if answer.status_code < 300:
        return str(answer.status_code)
    return f"{answer.status_code} {error_of(answer)['code']}"


async def _until_running(api: Api, count: int) -> None:
    await api.worker.until(lambda: len(api.worker.started) >= count)


async def _check_service(api: Api, attack: RequestAttack, seen: str) -> None:
    refused = not seen.startswith("2")
    await api.service.queue.drained()
    honest = await api.http.post("/run", content=GOOD, headers=JSON)
    assert honest.status_code == 200, honest.text
    started = len(api.worker.started) - 1
    assert started == len(attack.first) + (not refused), f"{started} runs were started"
    assert (await api.http.get("/readyz")).status_code == 200
