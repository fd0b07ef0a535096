"""``POST /runs``: many requests in one body, and their answers as they come."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from sandbox.api.bodies import Held
from sandbox.api.body import parse_json
from sandbox.api.callers import Caller
from sandbox.api.errors import ApiError, answer, invalid
from sandbox.api.runs import Run
from sandbox.api.service import Service
from sandbox.models import RunRequest

MAX_LINES = 10_000
# How many lines of a batch are under way at once; the queue stays open to others meanwhile.
WINDOW = 256
# How many lines are checked before other callers get a turn.
_CHECKED_AT_ONCE = 16
# How long to wait for room when the queue is full of other callers' runs.
_FULL_PAUSE_S = 0.05


@dataclass(frozen=True)
class Line:
    """A request of a batch as it came, in line ``number`` from 1.

    A parsed one takes ten times the memory or more, so it is parsed again when its turn has come.
    """

    number: int
    text: bytes

    @cached_property
    def request(self) -> RunRequest:
        """Parsed once, however often it is tried. Raises ValidationError, ApiError."""
        return RunRequest.model_validate(parse_json(self.text))


async def parse_batch(service: Service, body: bytes, caller: Caller) -> deque[Line]:
    """The requests in a body, one a line, all of them checked. Empty lines do not count.

    Raises:
        ApiError: the first line that is wrong, with its number; or nothing can be accepted now.
    """
    if body.count(b"\n") > MAX_LINES:
        raise ApiError(413, "too_large", f"a batch may have {MAX_LINES} lines at most")
    lines: deque[Line] = deque()
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        number = len(lines) + 1
        _check_line(service, caller, Line(number, line))
        lines.append(Line(number, line))
        if number % _CHECKED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return lines


def _check_line(service: Service, caller: Caller, line: Line) -> None:
    where = f"line {line.number}: "
    try:
        service.make_job(line.request, caller)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False)[0], where) from None
    except ApiError as error:
        if error.status_code < 500:
            error.detail = where + error.detail
        raise


async def run_batch(
    service: Service, waiting: deque[Line], caller: Caller, held: Held
) -> AsyncIterator[bytes]:
    """Keeps a window of runs under way and yields a line for each when it has ended.

    One that finds no room waits for it. A request that cannot be started at all, because the service is
    shutting down for example, gets a line with an error. Lines are taken out of ``waiting``, and what
    ``held`` has of them is given back, as they are started.
    """
    held.shrink_to(sum(len(line.text) for line in waiting))
    under_way: dict[asyncio.Future[bytes], tuple[int, Run]] = {}
    try:
        while waiting or under_way:
            for refusal in await _start_some(service, caller, held, waiting, under_way):
                yield refusal
            has_room = len(under_way) < WINDOW
            timeout_s = _FULL_PAUSE_S if waiting and has_room else None
            for number, line in await _ended(under_way, timeout_s):
                yield _with_number(number, line)
    finally:
        # The caller is gone: nobody will read what is still under way.
        for _number, abandoned in under_way.values():
            service.queue.cancel(abandoned.id)


async def _start_some(
    service: Service,
    caller: Caller,
    held: Held,
    waiting: deque[Line],
    under_way: dict[asyncio.Future[bytes], tuple[int, Run]],
) -> list[bytes]:
    """Starts what there is room for; the lines of those that were refused."""
    refusals = []
    while waiting and len(under_way) < WINDOW and not service.queue.full:
        line = waiting[0]
        try:
            started = await service.start(line.request, caller=caller)
            under_way[started.answer] = line.number, started
        except ApiError as error:
            if error.code in ("queue_full", "share_used_up"):
                break  # there will be room
            if error.retry_after_s is not None:
                service.metrics.refused(error.code)
            refusals.append(_with_number(line.number, bytes(answer(error).body)))
        waiting.popleft()
        held.shrink_to(held.size_bytes - len(line.text))
    return refusals


async def _ended(
    under_way: dict[asyncio.Future[bytes], tuple[int, Run]], timeout_s: float | None
) -> list[tuple[int, bytes]]:
    """Takes out the runs that have ended, of which there may be none after ``timeout_s``."""
    if not under_way:
        await asyncio.sleep(timeout_s or 0)
        return []
    done, _ = await asyncio.wait(under_way, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    return [(under_way.pop(one)[0], one.result()) for one in done]


def _with_number(number: int, line: bytes) -> bytes:
    return b'{"line":%d,' % number + line[1:] + b"\n"
