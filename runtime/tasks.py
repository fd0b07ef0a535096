"""Work that must not be left half done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def carry_through(work: Coroutine[Any, Any, T]) -> T:
    """Awaits work that is finished even if the caller is cancelled meanwhile.

    The cancellation is raised when the work is done, unless that fails with an error of its own.
    """
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    result = task.result()
    if cancelled:
        raise asyncio.CancelledError
    return result
