"""The model's endpoint answers what it likes, as slowly as it likes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import JSONResponse, Response, StreamingResponse

from testgen.errors import Fault
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.workspace import Workspace
from testgen.writing.model import Budget, opened_model
from tests.testgen.model_server import answering, completion


def asked(tmp_path: Path, answer: Response, timeout_s: float = 60) -> tuple[str, Budget]:
    """The reply to a question, and what it cost."""
    budget = Budget()

    async def ask(url: str) -> str:
        service = Service(model_url=url, model_timeout_s=timeout_s)
        with Workspace(tmp_path / "out") as workspace:
            async with opened_model(settings_for("full", {"model": "m"}), service, workspace) as m:
                assert m is not None
                return await m.ask([{"role": "user", "content": "Write."}], budget)

    with answering(lambda _: answer) as (_, url):
        return asyncio.run(ask(url)), budget


def body(**changes: Any) -> Response:
    return JSONResponse({**completion("said"), **changes})


@pytest.mark.parametrize("tokens", [-5, 0])
def test_tokens_below_nothing_are_none(tmp_path: Path, tokens: int):
    text, budget = asked(tmp_path, body(usage={"total_tokens": tokens}))
    assert ("said", 0) == (text, budget.tokens)


@pytest.mark.parametrize("changes", [
    {"usage": {"total_tokens": "many"}}, {"usage": {"total_tokens": [1]}}, {"choices": []},
    {"usage": {"total_tokens": None}}, {"choices": [{"message": {"content": ["a", "b"]}}]},
    {"choices": [{"message": {"content": {"a": 1}}}]}, {"choices": [{"message": None}]},
])  # fmt: skip
def test_what_is_no_completion_is_a_fault_and_no_crash(tmp_path: Path, changes: dict[str, Any]):
    with pytest.raises(Fault, match="no chat completion"):
        asked(tmp_path, body(**changes))


def test_tokens_without_end_are_a_fault(tmp_path: Path):
    text = json.dumps({**completion("x"), "usage": {"total_tokens": 1e999}})
    with pytest.raises(Fault, match="no chat completion"):
        asked(tmp_path, Response(text, media_type="application/json"))


def test_a_reply_that_drips_for_ever_ends_with_its_time(tmp_path: Path):
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    with pytest.raises(Fault, match="no whole reply within 1 s"):
        asked(tmp_path, StreamingResponse(drip(), media_type="application/json"), timeout_s=1)
