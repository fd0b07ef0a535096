"""The worker's pod of deploy/k8s as a container on this machine: what it may do is enough and is needed."""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from runtime import build_init
from sandbox.models import Readiness, RunResult
from sandbox.settings import Settings
from tests.chaos.processes import Part
from tests.deploy.manifests import config_map_files, environment, pod
from tests.deploy.pod import config, copy_of, running, this_machines_root
from tests.redis_server import redis_server
from tests.service.conftest import UserIds

pytestmark = pytest.mark.privileged

_PROJECT = Path(__file__).parents[2]
_NAME = "sandbox-test-pod"


@dataclass(frozen=True)
class Cluster:
    """The worker's pod, with an API and a Redis beside it."""

    api: Part
    worker: subprocess.Popen[bytes]
    place: Path

    def is_ready(self) -> bool:
        """Waits for the worker, for as long as a test may take; False if it has given up."""
        while self.worker.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.api.url}/readyz").status_code == 200:
                    return True
            time.sleep(0.1)
        return False

    def run(self, **fields: object) -> RunResult:
        """``POST /run``."""
        answer = httpx.post(f"{self.api.url}/run", json=fields, timeout=300)
        assert answer.status_code == 200, answer.text
        return RunResult.model_validate_json(answer.content)

    def execute(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """What kubelet does for a probe."""
        crun = ["crun", "--root", str(self.place / "state"), "exec", _NAME, *command]
        return subprocess.run(crun, capture_output=True, text=True, check=False)

    def log(self) -> str:
        """What the worker has written."""
        return (self.place / "log").read_text(errors="replace")


@contextlib.contextmanager
def cluster(without: str = "") -> Iterator[Cluster]:
    """The pod, without one of its capabilities if need be."""
    of = pod("overlays/small", "worker")
    container = copy_of(of.main, without)
    container["volumeMounts"] += [
        {"name": "redis", "mountPath": "/redis"},
        {"name": "project", "mountPath": str(_PROJECT), "readOnly": True},
    ]
    uids = UserIds()
    with contextlib.ExitStack() as stack:
        stack.callback(uids.give_back)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-pod-")))
        place.chmod(0o755)
        redis = stack.enter_context(redis_server())
        build_init.build(Settings().state_dir / "init")  # as the image's Dockerfile does
        root = stack.enter_context(this_machines_root(place))
        variables = {
            **environment("overlays/small", of, of.main),
            # What the cluster would say.
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "REDIS_PASSWORD": "",
            "SANDBOX_QUEUE": f"unix:///redis/{redis.socket.name}",
            "SANDBOX_SLOTS": "2",
            "SANDBOX_FIRST_UID": str(uids.first),
        }
        volumes: dict[str, Path | None] = {
            "images": Settings().images_dir,
            "entry": config_map_files("overlays/small", "entry", place),
            "run": None,
            "tmp": None,
            "redis": redis.socket.parent,
            "project": _PROJECT,
        }
        bundle = config(container, variables, root, volumes, _NAME)
        worker = stack.enter_context(running(bundle, place))
        api = Part("api", "api", redis, place)
        stack.callback(api.close)
        yield Cluster(api, worker, place)


DOUBLE = {
    "language": "python",
    "code": "print(int(input()) * 2)",
    "tests": [{"stdin": "21", "expected_output": "42"}],
}


def test_with_what_its_pod_gives_it_a_worker_does_all_that_it_does_elsewhere():
    with cluster() as it:
        assert it.is_ready(), it.log()
        assert it.run(**DOUBLE).verdict == "AC"
        memory = it.run(language="python", code="x = bytearray(1 << 30)", limits={"memory_mb": 64})
        assert memory.verdict == "MLE"
        loop = it.run(language="cpp17", code="int main(){for(;;);}", limits={"cpu_time_s": 0.5})
        assert loop.verdict == "TLE"
        found = Readiness.model_validate(httpx.get(f"{it.api.url}/readyz").json()).host
        assert [check for check in found if check.level == "FAIL"] == []
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            done = it.execute(pod("overlays/small", "worker").main[probe]["exec"]["command"])
            assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in it.log().splitlines()]
        assert "sandbox.queue.streams.worker" in {line["logger"] for line in lines}
        it.worker.terminate()
        assert it.worker.wait(30) == 0


@pytest.mark.parametrize("capability", ["CHOWN", "SYS_ADMIN"])
def test_without_one_of_its_capabilities_it_does_not(capability: str):
    with cluster(without=capability) as it:
        assert not it.is_ready() or it.run(**DOUBLE).verdict == "IE"
