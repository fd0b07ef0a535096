"""The service, for the commands that ask it: errors become one line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.cli.errors import CliError
from sandbox.client import Client, RequestRefused, SandboxError, ServiceUnavailable

# A person is waiting: long enough for a service that is just starting or busy, no longer.
PATIENT_S = 30.0


@contextmanager
def connected(url: str | None, *, retry_for_s: float = 0.0) -> Iterator[Client]:
    """A client of the service at ``url``. Raises CliError for whatever goes wrong inside."""
    try:
        with Client(url, concurrency=1, retry_for_s=retry_for_s) as client:
            yield client
    except RequestRefused as error:
        where = f"{error.field}: " if error.field else ""
        raise CliError(f"the service refuses it: {where}{error.message}") from error
    except ServiceUnavailable as error:
        hint = "" if error.reached else "; start it with 'sandbox serve' or 'make run'"
        raise CliError(f"{error}{hint}") from error
    except (SandboxError, ValueError) as error:
        raise CliError(str(error)) from error
