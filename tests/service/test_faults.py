"""Processes die, and a service is told to stop: every accepted run gets one answer, and a right one."""

import asyncio
import collections
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.models import RunResult, Verdict
from sandbox.settings import Settings
from tests.service.conftest import Service

StartService = Callable[..., Service]
RUNS = 2000
AT_ONCE = 32
KILLS = 3
# Two thousand runs and many restarts, on however few cores there are.
pytestmark = pytest.mark.timeout(900)

SLEEP = "import time; time.sleep(1.5); print('slept')"


class InBackground(threading.Thread):
    """A ``POST /run`` whose answer is looked at later."""

    def __init__(self, service: Service, **fields: object) -> None:
        super().__init__()
        self._url = service.url
        self._fields = fields
        self.answer: httpx.Response | None = None
        self.start()

    def run(self) -> None:
        # A service that is killed breaks the connection; then there is no answer.
        with contextlib.suppress(httpx.TransportError):
            self.answer = httpx.post(f"{self._url}/run", json=self._fields, timeout=120)

    def result(self) -> RunResult:
        self.join()
        assert self.answer is not None
        assert self.answer.status_code == 200, self.answer.text
        return RunResult.model_validate_json(self.answer.content)


def wait_until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.01)


def running(service: Service) -> int:
    return int(httpx.get(f"{service.url}/readyz").json()["running"])


def kill_worker(service: Service) -> None:
    """SIGKILLs the worker and waits until there is another one."""
    (old,) = service.workers
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: service.workers not in ([], [old]))


def traces(run_dir: Path) -> list[str]:
    """What a service of this run directory has left on the machine."""
    instance = Settings(run_dir=run_dir).instance
    found = [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/sandbox/{instance}-*")]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"sandbox/{instance}-*")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"/sandbox/{instance}-" in (process / "cgroup").read_text():
                found.append(f"process {process.name}")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def holdings(worker: int) -> collections.Counter[str]:
    """What a worker holds: its mounts, which only it can see, and its descriptors, without numbers."""
    process = Path(f"/proc/{worker}")
    mounts = [line.split()[4] for line in (process / "mountinfo").read_text().splitlines()]
    descriptors = []
    for link in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            descriptors.append(str(link.readlink()))
    return collections.Counter(re.sub(r"\d+", "N", name) for name in [*mounts, *descriptors])


def namespaces(run_dir: Path | None = None) -> set[str]:
    """The namespaces that processes of this machine live in; or those of a service's runs, not ours."""
    own = {str(link.readlink()) for link in Path("/proc/self/ns").iterdir()}
    instance = "" if run_dir is None else f"/sandbox/{Settings(run_dir=run_dir).instance}-"
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if instance in (process / "cgroup").read_text():
                found |= {str(link.readlink()) for link in (process / "ns").iterdir()}
        except OSError:
            continue  # it has just ended
    return found - own


def namespaces_of(service: Service, run_dir: Path) -> set[str]:
    """The namespaces of a service's runs, containers and workers, not ours."""
    links = [link for pid in service.workers for link in Path(f"/proc/{pid}/ns").iterdir()]
    own = {str(link.readlink()) for link in Path("/proc/self/ns").iterdir()}
    return ({str(link.readlink()) for link in links} - own) | namespaces(run_dir)


def test_a_run_whose_worker_dies_is_run_again(start_service: StartService) -> None:
    service = start_service()
    request = InBackground(service, language="python", code=SLEEP)
    wait_until(lambda: running(service) == 1)
    kill_worker(service)
    assert request.result().verdict == Verdict.OK


def test_a_run_that_loses_two_workers_is_our_fault(start_service: StartService) -> None:
    service = start_service()
    request = InBackground(service, language="python", code=SLEEP)
    for _ in range(2):
        wait_until(lambda: running(service) == 1)
        kill_worker(service)
    result = request.result()
    assert (result.status, result.verdict, result.reward) == ("failed", Verdict.IE, None)
    assert result.error is not None
    assert (result.error.code, result.error.retryable) == ("worker_died", True)


def test_2000_runs_survive_three_dead_workers(start_service: StartService, tmp_path: Path) -> None:
    run_dir = tmp_path / "run-0"
    service = start_service()
    asyncio.run(_load(service, runs=AT_ONCE, kills=0))  # every slot has a container now
    before = holdings(*service.workers)
    assert any("/run-N/worker-N/" in name for name in before)  # its mounts are seen
    own: set[str] = set()
    seen = asyncio.run(_load(service, at_kill=lambda: own.update(namespaces_of(service, run_dir))))
    wrong = {
        verdict for number, verdict in seen.items() if verdict not in (_expected(number), "IE")
    }
    assert not wrong
    assert len(seen) == RUNS
    counts = collections.Counter(seen.values())
    # A dead worker takes at most the runs of its slots with it, and those are run again once.
    assert counts["IE"] == 0
    # The new worker opens each file of its images once, which takes long on a busy machine.
    wait_until(lambda: not holdings(*service.workers) - before, within_s=180)
    own |= namespaces_of(service, run_dir)
    assert traces(run_dir)  # the search finds something while the service lives
    assert service.stop() == 0
    assert traces(run_dir) == []
    wait_until(lambda: not namespaces() & own)


def _program(number: int) -> str:
    return "print(input())" if number % 2 else f"raise SystemExit({number % 250 + 1})"


def _expected(number: int) -> str:
    return "AC" if number % 2 else "RE"


async def _load(
    service: Service,
    *,
    runs: int = RUNS,
    kills: int = KILLS,
    at_kill: Callable[[], object] = lambda: None,
) -> dict[int, str]:
    """Runs, AT_ONCE at a time, with a worker killed after each equal part; one answer each."""
    seen: dict[int, str] = {}
    progress = [asyncio.Event() for _ in range(kills + 2)]  # one for each part reached
    room = asyncio.Semaphore(AT_ONCE)
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=service.url, timeout=120, limits=limits) as client:

        async def one(number: int) -> None:
            test = {"stdin": f"{number}\n", "expected_output": f"{number}\n"}
            request = {"language": "python", "code": _program(number), "tests": [test]}
            async with room:
                answer = await client.post("/run", json=request)
            assert answer.status_code == 200, answer.text
            seen[number] = answer.json()["verdict"]
            progress[len(seen) * (kills + 1) // runs].set()

        async def kill() -> None:
            for part in range(1, kills + 1):
                await progress[part].wait()
                await asyncio.to_thread(at_kill)
                await asyncio.to_thread(kill_worker, service)

        await asyncio.gather(kill(), *(one(number) for number in range(runs)))
    return seen


def test_sigterm_finishes_what_was_accepted_and_refuses_the_rest(
    start_service: StartService, tmp_path: Path
) -> None:
    service = start_service(slots=1)
    # Long enough that the other one is seen to wait, and that a request is refused meanwhile.
    slow = SLEEP.replace("1.5", "6")
    accepted = [InBackground(service, language="python", code=slow)]
    wait_until(lambda: running(service) == 1)
    accepted.append(InBackground(service, language="python", code=SLEEP))
    wait_until(lambda: httpx.get(f"{service.url}/readyz").json()["queued"] == 1)
    wait_until(lambda: namespaces(tmp_path / "run-0"))
    own = namespaces(tmp_path / "run-0")
    service.process.send_signal(signal.SIGTERM)
    wait_until(lambda: httpx.get(f"{service.url}/readyz").status_code == 503)
    refused = httpx.post(f"{service.url}/run", json={"language": "python", "code": ""})
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["error"]["code"] == "draining"
    for request in accepted:
        result = request.result()
        assert result.verdict == Verdict.OK
        assert result.run is not None
        assert result.run.stdout == "slept\n"
    assert service.process.wait(60) == 0
    assert traces(tmp_path / "run-0") == []
    wait_until(lambda: not namespaces() & own)


def test_a_clean_stop_leaves_no_traceback_in_the_log(start_service: StartService) -> None:
    service = start_service()
    assert service.stop() == 0
    assert [line for line in service.lines if "Traceback" in line or "Error" in line] == []


def test_no_two_services_share_user_ids(service: Service, start_service: StartService) -> None:
    def first_uid(of: Service) -> int:
        environ = Path(f"/proc/{of.process.pid}/environ").read_bytes().split(b"\0")
        return int(dict(line.split(b"=", 1) for line in environ if line)[b"SANDBOX_FIRST_UID"])

    mine = {first_uid(service), first_uid(start_service())}
    # As another pytest process would choose, which knows nothing of this one's services.
    code = "from tests.service.conftest import UserIds; print(UserIds().first)"
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(mine | {int(other.stdout)}) == 3


def test_runs_that_outlast_the_drain_are_answered_as_our_fault(start_service: StartService) -> None:
    service = start_service(drain_s=0.2)
    request = InBackground(service, language="python", code="while True: pass")
    wait_until(lambda: running(service) == 1)
    service.process.send_signal(signal.SIGTERM)
    result = request.result()
    assert (result.verdict, result.reward) == (Verdict.IE, None)
    assert service.process.wait(60) == 0


def test_a_dead_api_comes_back(start_service: StartService) -> None:
    service = start_service()
    old = service.api
    os.kill(old, signal.SIGKILL)

    def answers() -> bool:
        try:
            return httpx.get(f"{service.url}/readyz", timeout=1).status_code == 200
        except httpx.TransportError:
            return False

    wait_until(lambda: answers() and service.api != old)
    assert service.run(language="python", code="print(1)").verdict == Verdict.OK


def test_a_killed_service_leaves_nothing_for_the_next(
    start_service: StartService, tmp_path: Path
) -> None:
    service = start_service()
    request = InBackground(service, language="python", code="while True: pass")
    wait_until(lambda: running(service) == 1)
    api, workers = service.api, service.workers
    service.kill()
    request.join()
    assert request.answer is None
    processes = [Path(f"/proc/{pid}") for pid in (api, *workers)]
    wait_until(lambda: not any(process.exists() for process in processes))
    run_dir = tmp_path / "run-0"
    wait_until(lambda: not [trace for trace in traces(run_dir) if trace.startswith("process")])
    again = Service(run_dir)
    try:
        assert again.run(language="python", code="print(1)").verdict == Verdict.OK
    finally:
        assert again.stop() == 0
    assert traces(run_dir) == []


def test_a_second_service_in_the_same_place_is_refused(service: Service) -> None:
    environ = Path(f"/proc/{service.process.pid}/environ").read_bytes().decode().split("\0")
    environment = dict(line.split("=", 1) for line in environ if "=" in line)
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "another service runs in" in done.stderr


def test_a_taken_port_is_named(service: Service, tmp_path: Path) -> None:
    port = service.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "serve", "--port", port],
        env={**os.environ, "SANDBOX_RUN_DIR": str(tmp_path / "run")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize("field", ["CapEff", "CapPrm", "CapBnd", "CapAmb", "CapInh"])
def test_the_api_has_no_capability(service: Service, field: str) -> None:
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{service.api}/status").read_text().splitlines()
        if ":\t" in line
    )
    assert int(status["Uid"].split()[0]) != 0
    assert status["NoNewPrivs"] == "1"
    if field != "CapBnd":  # what it may never gain anyway, with no_new_privs
        assert int(status[field], 16) == 0


def test_descriptors_of_a_busy_worker_do_not_grow(service: Service) -> None:
    def count() -> int:
        (worker,) = service.workers
        return len(list(Path(f"/proc/{worker}/fd").iterdir()))

    for language in ("python", "c", "python", "c"):
        service.run(language=language, code="int main() { return 0; }" if language == "c" else "1")
    before = count()
    for _ in range(100):
        service.run(language="python", code="print(1)")
    # Files of images are opened too, to read them into memory, while the service is young.
    wait_until(lambda: count() <= before)


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A state directory with an image store that a test may damage; its images are the real ones."""
    # Not pytest's own: the root user of a container must be able to walk through.
    with tempfile.TemporaryDirectory(prefix="sandbox-test-state-", dir="/run") as directory:
        Path(directory).chmod(0o711)
        _borrow_images(Path(directory) / "images")
        yield Path(directory)


def _borrow_images(images: Path) -> None:
    (images / "names").mkdir(parents=True)
    real = Settings().images_dir
    for name in (real / "names").iterdir():
        digest = name.read_text().strip()
        (images / "names" / name.name).write_text(digest)
        folder = digest.replace(":", "-", 1)
        (images / folder).symlink_to(real / folder)


def test_a_damaged_image_is_left_out_and_the_others_serve(
    start_service: StartService, state_dir: Path
) -> None:
    (state_dir / "images" / "names" / "lean").write_text(f"sha256:{'0' * 64}\n")
    service = start_service(state_dir=state_dir)
    assert service.run(language="python", code="print(1)").verdict == Verdict.OK
    host = service.http.get("/readyz").json()["host"]
    (finding,) = [one for one in host if one["name"] == "image lean"]
    assert finding["level"] == "CAUTION"
    assert any("image lean is left out" in line for line in service.lines)
