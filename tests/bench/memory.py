"""`python -m tests.bench.memory`: what the service's processes hold while it makes 50,000 runs."""

import argparse
import asyncio
import json
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import uvloop

from runtime.limits import MIB
from tests.bench.closed_loop import RunFailed, variant_numbers
from tests.bench.load import Answer, Exchange, generate, make_request
from tests.bench.services import FIRST_UID
from tests.service.conftest import Service

_STEP_S = 10.0
_AT_ONCE = 32
_C = '#include <stdio.h>\nint main(void) { puts("hello"); }\n'


def _check(answer: Answer) -> None:
    if answer.status != 200 or json.loads(answer.body)["verdict"] != "OK":
        raise RunFailed(f"{answer.status}: {answer.body[:300]!r}")


def _exchanges() -> Iterator[Exchange]:
    """A compiled program that is cached, and Python programs of which none is like another, in turns."""
    for number in variant_numbers():
        python = {"language": "python", "code": f"print({number})"}
        for body in ({"language": "c", "code": _C}, python):
            yield Exchange(make_request("POST", "/run", json.dumps(body).encode()), _check)


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / MIB


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _measure(service: Service, runs: int) -> None:
    url = urllib.parse.urlsplit(service.url)
    assert url.hostname is not None
    assert url.port is not None
    exchanges = _exchanges()
    made = errors = 0
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        while True:
            figures = (
                f"{name} {_rss_mib(pid):.1f} MiB, {_descriptors(pid)} descriptors"
                for name, pid in (("API", service.api), ("worker", service.workers[0]))
            )
            sys.stdout.write(f"{made:7} runs, {errors} errors: {'; '.join(figures)}\n")
            sys.stdout.flush()
            if made >= runs:
                return
            load = generate((url.hostname, url.port), exchanges, _AT_ONCE, _STEP_S)
            sample = runner.run(load)
            made, errors = made + sample.runs, errors + sample.errors


def main() -> None:
    """Prints both processes' memory every ten seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory) / "run", first_uid=FIRST_UID)
        try:
            _measure(service, options.runs)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
