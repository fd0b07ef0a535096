"""Which queue it is: the local one, or Redis, by the setting ``queue``."""

import socket
from collections.abc import Callable

from sandbox.jobs import WorkerHello
from sandbox.queue.base import Fleet, Handler, JobQueue, WorkerEnd
from sandbox.queue.client import QueueClient
from sandbox.queue.local import LocalQueue
from sandbox.queue.server import QueueServer
from sandbox.queue.streams.queue import StreamQueue
from sandbox.queue.streams.store import Store
from sandbox.queue.streams.survey import Bounds
from sandbox.queue.streams.worker import Holds, StreamWorker
from sandbox.settings import Settings


def open_queue(
    settings: Settings, listener: socket.socket | None, on_change: Callable[[], None]
) -> tuple[JobQueue, Fleet]:
    """The API's end, and the workers behind it.

    Workers of the local queue connect to ``listener``; ``on_change`` is called when one comes or goes.
    """
    if settings.queue is None:
        assert listener is not None
        queue = LocalQueue(settings.queue_size, settings.queue_bytes, settings.queue_wait_s)
        return queue, QueueServer(queue, listener, on_change)
    bounds = Bounds(
        capacity=settings.queue_size,
        capacity_bytes=settings.queue_bytes,
        keep=settings.results_kept,
        keep_bytes=settings.results_kept_bytes,
        keep_s=settings.results_kept_s,
        wait_s=settings.queue_wait_s,
    )
    streams = StreamQueue(Store(settings.queue_url), bounds, on_change)
    return streams, streams


def open_worker_end(
    settings: Settings, hello: WorkerHello, handler: Handler, holds: Holds
) -> WorkerEnd:
    """A worker's end of the same queue; ``holds`` names the images that its slots hold just now."""
    if settings.queue is None:
        # With several workers a job must not wait in one of them while another one has a free slot.
        ahead = settings.slots if settings.workers == 1 else 0
        return QueueClient(hello, handler, settings.queue_socket, ahead=ahead)
    store = Store(settings.queue_url)
    return StreamWorker(
        hello, handler, store, drain_s=settings.drain_s, holds=holds, ahead=settings.slots
    )
