"""Running a command inside a root file system while it is being built.

This is for our own trusted commands (versions, font caches, …) and is no sandbox: it is root in a
chroot. The command gets a mount, PID, IPC, UTS and network namespace of its own, so that nothing it
mounts or leaves running reaches the host, and it has no network.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from images.errors import BuildError

NAMESPACES = ("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")
"""The host's tool with the namespaces of every build step; its child dies with it."""

CONFINED = (*NAMESPACES, "--net", "sh", "-c", '"$@"; exit "$?"', "sh")
"""Before a command that gives up its privileges: then the kernel forgets whose death should be its own. The
shell stays above it, as the process with which all others of the namespace die."""

# $1 is ro or rw, $2 the root file system, the rest the command. Mounts end with the namespace.
_SET_UP = """
set -eu
mount --bind "$2" "$2"
mount -o "remount,bind,$1" "$2"
shift
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=755 tmpfs "$1/dev"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
for device in null zero full random urandom; do
    : > "$1/dev/$device"
    mount --bind "/dev/$device" "$1/dev/$device"
done
ln -s /proc/self/fd "$1/dev/fd"
exec chroot "$@"
"""


def same_addresses() -> tuple[str, ...]:
    """What lets a command have the same addresses each time, where the host allows it.

    Some tools write things in the order of their addresses (GCC its precompiled headers), or addresses that
    mean nothing (Mono its compiled libraries).
    """
    tool = ("setarch", "--addr-no-randomize")
    allowed = subprocess.run([*tool, "true"], capture_output=True).returncode == 0
    return tool if allowed else ()


def run_in_rootfs(
    rootfs: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    timeout_s: float,
    read_only: bool = False,
    stdin: str = "",
    keep_open: Sequence[int] = (),
) -> str:
    """Run ``command`` as root inside ``rootfs`` and return what it printed to stdout.

    With ``read_only``, it can write to ``/tmp`` and ``/dev`` alone. ``keep_open`` are file
    descriptors that the command inherits.

    Raises:
        BuildError: it failed, took more than ``timeout_s`` seconds, or could not be started.
    """
    what = f"{' '.join(command)} in {rootfs}"
    variables = [f"{name}={value}" for name, value in environment.items()]
    argv = [*same_addresses(), *NAMESPACES, "--net", "sh", "-c", _SET_UP, "sh"]
    argv += ["ro" if read_only else "rw", str(rootfs)]
    argv += ["/usr/bin/env", "--ignore-environment", *variables, *command]
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            umask=0o022,
            pass_fds=keep_open,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{what}: took more than {timeout_s:g} s") from error
    except OSError as error:
        raise BuildError(f"{what}: cannot be started: {error}") from error
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise BuildError(f"{what}: exit status {done.returncode}\n{tail}")
    return done.stdout
