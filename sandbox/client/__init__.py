"""The typed client of the service, in two forms with the same methods: `Client` and `AsyncClient`.

Theory of operation. A call of the client is a *flow* (``flows.py``): a generator that yields what
to send and after which pause, is told what came of it, and returns the parsed answer. It does no
I/O and reads no clock of its own, so all that matters is decided once, for both forms:

    wire.py    a request as it is sent, and an answer as it is parsed
    retry.py   whether to send again, and after how long
    flows.py   puts the two together, one flow for each method
    sync.py    carries flows out with blocking I/O and threads
    aio.py     carries flows out with asyncio
    config.py  the service's address and the connection pool
    errors.py  what can be raised

A retry is safe because every ``POST /run`` carries an idempotency key: if the first request did
reach the service, the second one gets the same run. No exception's text holds source code.

Not protected: a server that lies. Its answers are checked for their form only.
"""

from sandbox.client.aio import AsyncClient
from sandbox.client.errors import (
    AnswerInvalid,
    RequestRefused,
    SandboxError,
    ServiceUnavailable,
)
from sandbox.client.sync import Client

__all__ = [
    "AnswerInvalid",
    "AsyncClient",
    "Client",
    "RequestRefused",
    "SandboxError",
    "ServiceUnavailable",
]
