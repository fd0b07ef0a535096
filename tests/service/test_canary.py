"""An image that changes while it is in use ends its worker, and the service says so and takes no more."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from images.store import ImageStore
from sandbox.models import Verdict
from sandbox.settings import Settings
from tests.service.conftest import Service, open_to_containers

StartService = Callable[..., Service]
HOT = "usr/lib/python3.11/os.py"


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """A store with a copy of the Python image, to do harm to."""
    image = ImageStore(Settings().images_dir).get("python")
    state = tmp_path / "state"
    images = state / "images"
    folder = image.rootfs.parent
    shutil.copytree(folder, images / folder.name, symlinks=True)
    (images / "names").mkdir()
    (images / "names" / "python").write_text(f"{image.digest}\n")
    open_to_containers(tmp_path)
    return state


def readiness(service: Service) -> dict[str, object]:
    answer = httpx.get(f"{service.url}/readyz")
    return {"status": answer.status_code, **answer.json()}


def wait_until(condition: Callable[[], object], within_s: float = 40.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


def test_a_damaged_image_ends_the_worker_and_the_service_says_why(
    state_dir: Path, start_service: StartService
) -> None:
    service = start_service(state_dir=state_dir, canary_s=0.01)
    good = service.run(language="python", code="print(6 * 7)")
    assert (Verdict.OK, "42\n") == (
        good.verdict, good.run.stdout if good.run else None,
    ), (good.error, service.lines)  # fmt: skip
    waiting = service.http.post(
        "/run?wait=false", json={"language": "python", "code": "import time; time.sleep(25)"}
    ).json()["id"]

    wait_until(lambda: any("is watched" in line for line in service.lines))

    (path,) = state_dir.glob(f"images/*/rootfs/{HOT}")
    with path.open("r+b") as file:  # in place: the file is the one that the container has
        file.write(b"#")
    wait_until(lambda: not service.workers)

    found = readiness(service)
    assert (503, False) == (found["status"], found["ready"])
    assert f"/{HOT} has changed" in str(found["reasons"])
    # What was under way is nobody's failure, and what comes now is refused.
    result = service.http.get(f"/runs/{waiting}?wait=10").json()
    assert ("failed", "IE", None, "host_unfit") == (
        result["status"], result["verdict"], result["reward"], result["error"]["code"],
    )  # fmt: skip
    answer = service.http.post("/run", json={"language": "python", "code": "print(1)"})
    assert (503, "host_unfit") == (answer.status_code, answer.json()["error"]["code"])
    assert "retry-after" in answer.headers
    # No worker comes back by itself.
    time.sleep(0.5)
    assert [] == service.workers
    assert 503 == readiness(service)["status"]
    assert any("gives up" in line and HOT in line for line in service.lines)
    assert 0 == service.stop()
