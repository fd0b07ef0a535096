"""The log: one form for all processes, and which run a line is about.

A line that is written while a run is judged has the run's id by itself, wherever in the code it is written;
others say it with ``extra=about(run_id)``.
"""

import contextlib
import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

_run: ContextVar[str] = ContextVar("run", default="")

# Whose lines the level is for; those of libraries begin at "info".
_OURS = ("sandbox", "runtime", "images")
# Who called is no noise: whoever wants to hear less wants to know that all the same.
AUDIT = "sandbox.audit"


def about(run_id: str, **fields: object) -> dict[str, object]:
    """For ``extra=`` of a line: the run that it is about, and what else a machine should read."""
    return {"run": run_id, "fields": fields}


@contextlib.contextmanager
def of_run(run_id: str) -> Iterator[None]:
    """All lines of this task are about a run, until the block ends."""
    token = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(token)


class JsonFormatter(logging.Formatter):
    """A line as a JSON object: time, level, logger, pid, message, and run, error or fields if there are."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        when = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        if run := getattr(record, "run", "") or _run.get():
            line["run"] = run
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({**getattr(record, "fields", {}), **line}, default=str)


def configure(form: Literal["text", "json"], level: str) -> None:
    """Sets the log of this process and of those that it forks up; it goes to standard error."""
    handler = logging.StreamHandler()
    if form == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.getLogger(AUDIT).setLevel(logging.INFO)
