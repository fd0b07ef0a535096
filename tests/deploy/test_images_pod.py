"""The pod that builds images on Kubernetes, on this machine: what it may do is enough and is needed."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from images.store import ImageStore
from tests.deploy.manifests import config_map_files, environment, pod
from tests.deploy.pod import config, copy_of, running, this_machines_root
from tests.service.conftest import UserIds

# A package mirror may be slow.
pytestmark = [pytest.mark.privileged, pytest.mark.timeout(600)]

_PROJECT = Path(__file__).parents[2]
_NAME = "sandbox-test-images"
_FOLDER = "overlays/small"
# Small, and with a command of its own: what every image of the service needs of its builder.
_TINY = """
name = "tiny"
description = "busybox"
suite = "bookworm"
packages = ["busybox-static"]
commands = [["sh", "-c", "echo made > /opt/made"]]
[environment]
PATH = "/usr/bin:/bin"
[[languages]]
name = "sh"
version_command = ["busybox"]
source_file = "main.sh"
run = ["busybox", "sh", "main.sh"]
[languages.hello]
code = "read -r a; echo hello $a"
stdin = "42\\n"
expected_output = "hello 42\\n"
"""


@dataclass(frozen=True)
class Built:
    """What came of it: the exit status, what was written, and the images."""

    status: int
    log: str
    store: ImageStore


@contextlib.contextmanager
def built(without: str = "") -> Iterator[Built]:
    """The pod's first container has ended, which had one capability less if need be."""
    of = pod(_FOLDER, "images")
    (first,) = of.spec["initContainers"]
    container = copy_of(first, without)
    container["volumeMounts"] += [
        {"name": "definitions", "mountPath": "/definitions", "readOnly": True},
        {"name": "project", "mountPath": str(_PROJECT), "readOnly": True},
    ]
    uids = UserIds()
    with contextlib.ExitStack() as stack:
        stack.callback(uids.give_back)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-pod-")))
        place.chmod(0o755)
        for name in ("images", "tmp", "definitions/tiny"):
            (place / name).mkdir(parents=True)
        (place / "definitions" / "tiny" / "image.toml").write_text(_TINY)
        root = stack.enter_context(this_machines_root(place))
        variables = {
            **environment(_FOLDER, of, container),
            # What is built is one image of the test's own, and the cluster would say the rest.
            "IMAGES": "tiny --definitions /definitions",
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "SANDBOX_FIRST_UID": str(uids.first),
        }
        volumes: dict[str, Path | None] = {
            "images": place / "images",
            "entry": config_map_files(_FOLDER, "entry", place),
            "run": None,
            "tmp": place / "tmp",
            "definitions": place / "definitions",
            "project": _PROJECT,
        }
        bundle = config(container, variables, root, volumes, _NAME)
        status = stack.enter_context(running(bundle, place)).wait()
        log = (place / "log").read_text(errors="replace")
        yield Built(status, log, ImageStore(place / "images"))


def test_with_what_its_pod_gives_it_an_image_is_built_and_tried():
    with built() as it:
        assert it.status == 0, it.log
        image = it.store.get("tiny")
        assert (image.rootfs / "opt" / "made").read_text() == "made\n"
        assert image.versions["sh"].startswith("BusyBox v1.")


@pytest.mark.parametrize("capability", ["SYS_CHROOT", "CHOWN"])
def test_without_one_of_its_capabilities_there_is_no_image(capability: str):
    with built(without=capability) as it:
        assert it.status != 0
        assert [*it.store.root.glob("names/*")] == []
