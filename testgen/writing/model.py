"""The model: asked over HTTP, once for each question, within a budget."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import openai
from openai import AsyncOpenAI

from testgen.errors import DataError, Fault
from testgen.hashing import hash_of
from testgen.service import Service
from testgen.settings import Settings
from testgen.storage.workspace import Workspace

_MOST_CHARS = 200_000  # of a reply: what is longer is cut, whatever the endpoint was asked for


class Message(TypedDict):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class BudgetSpent(Exception):
    """A problem's calls or tokens are used up."""


@dataclass
class Budget:
    """What one problem has used. Replies from before count too: a resumed run must end the same."""

    calls: int = 0
    tokens: int = 0
    repairs: int = 0

    def document(self) -> dict[str, int]:
        """For the book."""
        return {"calls": self.calls, "tokens": self.tokens, "repairs": self.repairs}


@dataclass(frozen=True)
class Model:
    """An OpenAI-compatible endpoint; a whole reply, tried again or not, may take ``timeout_s``."""

    client: AsyncOpenAI
    workspace: Workspace
    settings: Settings
    timeout_s: float
    gate: asyncio.Semaphore

    async def ask(self, messages: Sequence[Message], budget: Budget) -> str:
        """The reply to a conversation, from before or from the endpoint.

        Raises:
            BudgetSpent: nothing more may be asked for this problem.
            Fault: the endpoint does not answer, or not as such an endpoint does.
        """
        settings = self.settings
        if budget.calls >= settings.model_calls or budget.tokens >= settings.model_tokens:
            raise BudgetSpent
        question = [settings.model, settings.temperature, settings.reply_tokens, list(messages)]
        key = hash_of("reply", *question)
        reply = self.workspace.answer("reply", key)
        if reply is None:
            async with self.gate:
                reply = await self._fetch(messages)
            self.workspace.keep_answer("reply", key, reply)
        budget.calls += 1
        budget.tokens += reply["tokens"]
        text: str = reply["text"]
        return text

    async def _fetch(self, messages: Sequence[Message]) -> dict[str, Any]:
        asked: list[Any] = list(messages)
        try:
            # The client's own limit is for each piece that comes: one a minute would never end.
            async with asyncio.timeout(self.timeout_s):
                answer = await self.client.chat.completions.create(
                    model=self.settings.model,
                    messages=asked,
                    temperature=self.settings.temperature,
                    max_tokens=self.settings.reply_tokens,
                )
            text = (answer.choices[0].message.content or "")[:_MOST_CHARS]
            text = text.encode(errors="replace").decode()
            counted = answer.usage.total_tokens if answer.usage else _estimate(messages, text)
            tokens = max(0, int(counted))
        except TimeoutError as error:
            said = f"no whole reply within {self.timeout_s:g} s (TESTGEN_MODEL_TIMEOUT_S)"
            raise Fault(f"the model's endpoint: {said}") from error
        except openai.OpenAIError as error:
            raise Fault(f"the model's endpoint: {type(error).__name__}: {error}") from error
        except (AttributeError, IndexError, TypeError, ValueError, OverflowError) as error:
            raise Fault(f"the model's endpoint answers no chat completion: {error}") from error
        return {"text": text, "tokens": tokens}


def _estimate(messages: Sequence[Message], text: str) -> int:
    """Tokens of a call whose endpoint does not count: four characters each."""
    return (sum(len(one["content"]) for one in messages) + len(text)) // 4


@asynccontextmanager
async def opened_model(
    settings: Settings, service: Service, workspace: Workspace
) -> AsyncIterator[Model | None]:
    """The model that the settings name; None if they name none.

    Raises:
        DataError: its endpoint or its key is missing.
    """
    if not settings.model:
        yield None
        return
    if not service.model_url:
        raise DataError("a model needs its endpoint; set TESTGEN_MODEL_URL")
    async with AsyncOpenAI(
        api_key=os.environ.get(service.model_key_variable) or "none",
        base_url=service.model_url,
        timeout=service.model_timeout_s,
        max_retries=service.model_retries,
    ) as client:
        gate = asyncio.Semaphore(service.model_calls_at_once)
        yield Model(client, workspace, settings, service.model_timeout_s, gate)
