"""What is called at the same time, and what of it one call of Redis' functions carries out."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# What one call of the functions may do and take, about: others must have their turn.
_MOST_TOGETHER = 100
_MOST_TOGETHER_BYTES = 1 << 20


@dataclass(slots=True)
class Call:
    """A transition, and the answer to come."""

    name: str
    arguments: tuple[bytes | int, ...]
    reply: asyncio.Future[Any]
    size_bytes: int


def batches_of(calls: Iterable[Call]) -> Iterator[list[Call]]:
    """What one call of the functions is to do, in order.

    Those that bring jobs are among themselves: only they may be refused by a full server, all of them. Each
    look is alone, since what it answers can be large.
    """
    batch: list[Call] = []
    size_bytes = 0
    for one in calls:
        is_of_their_kind = bool(batch) and _kind(one) == _kind(batch[0]) != "look"
        has_room = (
            len(batch) < _MOST_TOGETHER and size_bytes + one.size_bytes <= _MOST_TOGETHER_BYTES
        )
        if batch and not (is_of_their_kind and has_room):
            yield batch
            batch, size_bytes = [], 0
        batch.append(one)
        size_bytes += one.size_bytes
    if batch:
        yield batch


def _kind(one: Call) -> str:
    return one.name if one.name in {"submit", "look"} else "other"


def words_of(batch: Iterable[Call]) -> Iterator[str | bytes | int]:
    """A batch as ``carry_out`` in ``state.lua`` takes it."""
    for one in batch:
        yield from (one.name, len(one.arguments), *one.arguments)
