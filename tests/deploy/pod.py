"""A container of a pod, as Kubernetes' usual runtime makes it, made by crun on this machine.

What the pod says is taken from the manifests; what it does not say is as with containerd: a /proc of which
parts are covered, a cgroup tree to read only, no devices but the harmless ones, and only the capabilities
that are named. There is no network namespace: pods can talk, and these tests are not about that.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runtime import syscalls
from runtime.cgroups import Layout, detect_layout

_MASKED = ["acpi", "asound", "kcore", "keys", "latency_stats", "timer_list", "timer_stats",
           "sched_debug", "scsi"]  # fmt: skip
_READ_ONLY = ["bus", "fs", "irq", "sys", "sysrq-trigger"]
_DEVICES = ((1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2))


def copy_of(container: Mapping[str, Any], without: str = "") -> dict[str, Any]:
    """A container of a manifest, to be changed; with one capability less if need be."""
    copy: dict[str, Any] = json.loads(json.dumps(container))
    if without:
        copy["securityContext"]["capabilities"]["add"].remove(without)
    return copy


def _bind(source: Path, target: str, *options: str) -> dict[str, Any]:
    return {
        "destination": target,
        "type": "bind",
        "source": str(source),
        "options": ["rbind", *options],
    }


def _tmpfs(target: str) -> dict[str, Any]:
    options = ["nosuid", "mode=1777", "size=256m"]
    return {"destination": target, "type": "tmpfs", "source": "tmpfs", "options": options}


def config(
    container: Mapping[str, Any],
    environment: Mapping[str, str],
    rootfs: Path,
    volumes: Mapping[str, Path | None],
    name: str,
) -> dict[str, Any]:
    """The OCI configuration of a container of a manifest.

    Args:
        container: as it stands in the manifest.
        environment: its variables.
        rootfs: what stands for its image.
        volumes: where its volumes are, None for an emptyDir.
        name: of its cgroup.
    """
    context = container["securityContext"]
    # Some machines give even root not all of them; SYS_RESOURCE is one that the worker can be without.
    lacking = () if syscalls.has_capability(syscalls.CAP_SYS_RESOURCE) else ("SYS_RESOURCE",)
    added = context["capabilities"].get("add", ())
    capabilities = [f"CAP_{it}" for it in added if it not in lacking]
    mounts = []
    for mount in container["volumeMounts"]:
        source = volumes[mount["name"]]
        if source is None:
            mounts.append(_tmpfs(mount["mountPath"]))
        else:
            access = "ro" if mount.get("readOnly") else "rw"
            mounts.append(_bind(source, mount["mountPath"], access))
    # On a machine with v1 there is no Kubernetes any more, and remounting is another thing there.
    access = "ro" if detect_layout() is Layout.V2 else "rw"
    namespaces = ["pid", "ipc", "uts", "mount"]
    if detect_layout() is Layout.V2:
        namespaces.append("cgroup")
    return {
        "ociVersion": "1.0.0",
        "hostname": name,
        "root": {"path": str(rootfs), "readonly": context["readOnlyRootFilesystem"]},
        "process": {
            "user": {"uid": context["runAsUser"], "gid": context.get("runAsGroup", 0)},
            "args": [*container["command"], *container.get("args", ())],
            "env": [f"{key}={value}" for key, value in environment.items()],
            "cwd": "/",
            "noNewPrivileges": not context["allowPrivilegeEscalation"],
            "capabilities": {
                kind: capabilities for kind in ("bounding", "effective", "permitted")
            },
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc",
             "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
             "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs",
             "options": ["nosuid", "noexec", "nodev", "ro"]},
            {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
             "options": ["nosuid", "noexec", "nodev", "relatime", access]},
            *mounts,
        ],
        "linux": {
            "cgroupsPath": f"/{name}",
            "namespaces": [{"type": kind} for kind in namespaces],
            "maskedPaths": [*(f"/proc/{it}" for it in _MASKED), "/sys/firmware"],
            "readonlyPaths": [f"/proc/{it}" for it in _READ_ONLY],
            "resources": {
                "devices": [
                    {"allow": False, "access": "rwm"},
                    {"allow": True, "type": "c", "access": "m"},
                    {"allow": True, "type": "b", "access": "m"},
                    *({"allow": True, "type": "c", "major": major, "minor": minor,
                       "access": "rwm"} for major, minor in _DEVICES),
                ],
            },
        },
    }  # fmt: skip


@contextlib.contextmanager
def this_machines_root(place: Path) -> Iterator[Path]:
    """This machine's own files, in the place of an image that has the service in it; changes are lost."""
    layer, root = place / "layer", place / "root"
    for path in (layer, root):
        path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(layer)], check=True)
    try:
        for name in ("upper", "work"):
            (layer / name).mkdir()
        options = f"lowerdir=/,upperdir={layer}/upper,workdir={layer}/work"
        subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", str(root)], check=True)
        yield root
    finally:
        for path in (root, layer):
            subprocess.run(["umount", "--lazy", str(path)], check=False)


@contextlib.contextmanager
def running(configuration: Mapping[str, Any], place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The container, until the block ends; its output is in ``place/log``."""
    bundle = place / "bundle"
    bundle.mkdir()
    (bundle / "config.json").write_text(json.dumps(configuration))
    name = str(configuration["hostname"])
    # crun refuses hybrid layouts; what it does not see it does not refuse.
    script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'
    crun = ["crun", "--root", str(place / "state"), "run", "--bundle", str(bundle), name]
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *crun]
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
