"""What the client raises.

    SandboxError
    ├── RequestRefused      the request is wrong (4xx, or found before it was sent): do not repeat it
    ├── ServiceUnavailable  no answer in spite of all retries: nothing is known about the program
    └── AnswerInvalid       something answered, but not as this service does

No text of theirs holds source code, inputs or outputs: they may be logged.
A verdict is never an exception, whatever it is; nor is ``IE``.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class SandboxError(Exception):
    """All that the client raises on purpose."""


class RequestRefused(SandboxError):
    """The request is wrong, and would be the next time.

    Attributes:
        status: the HTTP status; 422 also for what the client found before it sent anything.
        code: what is wrong, for programs.
        message: what is wrong, for people.
        field: the field of the request that is wrong, if it is one.
    """

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(status, code, message, field)  # what a copy in another process is made of
        self.status = status
        self.code = code
        self.message = message
        self.field = field

    def __str__(self) -> str:
        where = f" (field {self.field})" if self.field else ""
        return f"request refused: {self.status} {self.code}: {self.message}{where}"


class ServiceUnavailable(SandboxError):
    """The service could not be reached, or was full or broken, until the retries were used up.

    Attributes:
        status: the last answer's HTTP status, None if there was none.
        attempts: how often the request was sent.
    """

    def __init__(self, message: str, status: int | None, attempts: int) -> None:
        super().__init__(message, status, attempts)
        self.message = message
        self.status = status
        self.attempts = attempts

    def __str__(self) -> str:
        return self.message

    @property
    def reached(self) -> bool:
        """Whether the last attempt got any answer."""
        return self.status is not None


class AnswerInvalid(SandboxError):
    """The answer is not one of this service: another version, or another server altogether."""


@contextmanager
def number_in_error(index: int) -> Iterator[None]:
    """Notes in an exception which of many requests it is about."""
    try:
        yield
    except SandboxError as error:
        error.add_note(f"request number {index}, counted from 0")
        raise
