"""A local HTTP server that answers as an OpenAI-compatible endpoint does, from a script of replies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.fake_service import serving

Reply = Callable[[list[dict[str, str]]], str | Response]
"""From a conversation to the next message, or to any other answer."""


@dataclass
class FakeModel:
    """What it says, and what it was asked."""

    reply: Reply
    asked: list[list[dict[str, str]]] = field(default_factory=list)

    def app(self) -> FastAPI:
        """The endpoint as an ASGI application."""
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(http: Request) -> Response:
            messages = (await http.json())["messages"]
            self.asked.append(messages)
            said = self.reply(messages)
            return said if isinstance(said, Response) else JSONResponse(completion(said))

        return app


def completion(text: str) -> dict[str, Any]:
    """The body of an answer."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
    }


@contextmanager
def answering(reply: Reply) -> Iterator[tuple[FakeModel, str]]:
    """Serve a model; yields it and its address."""
    model = FakeModel(reply)
    with serving(model.app()) as address:
        yield model, f"{address}/v1"
