"""Installing Debian packages into a directory, from this machine's own package sources.

``mmdebstrap`` does it, as root. It works in namespaces of its own and inherits the store's lock, so
that a build that is killed leaves no mount behind and lets no second builder work beside it.
"""

import collections
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from images.apt_sources import sources_for_suite
from images.chroot import NAMESPACES, same_addresses
from images.definition import ImageDefinition
from images.errors import BuildError
from images.normalise import FIXED_TIME_S

_APT_OPTIONS = ('Acquire::Languages "none"', 'APT::Install-Recommends "false"')

# Without this, apt meets the need for a merged /usr with a package that brings all of Perl (50 MB).
_PIN_HOOK = (
    'mkdir -p "$1/etc/apt/preferences.d" && '
    "printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n'"
    ' > "$1/etc/apt/preferences.d/no-usrmerge"'
)
_MERGED_USR_HOOKS = Path("/usr/share/mmdebstrap/hooks/merged-usr")

_STEPS = {
    "I: running apt-get update": "reading the package lists",
    "I: downloading packages": "downloading packages",
    "I: extracting archives": "unpacking the base system",
    "I: installing essential packages": "installing the base system",
    "I: installing remaining packages": "installing {packages} and what they need",
    "I: cleaning package lists": "tidying up",
}

_TAIL_LINES = 30


def install(
    definition: ImageDefinition, rootfs: Path, lock: int, say: Callable[[str], None]
) -> dict[str, str]:
    """Install the packages of ``definition`` into ``rootfs``, which must not exist.

    ``lock`` is a file descriptor that every process of the build keeps open. ``say`` gets a line
    per step. Returns the version of every installed package by its name.

    Raises:
        BuildError: this is not root, the machine has no source for the suite, or mmdebstrap
            failed; its last lines are in the message.
    """
    if os.geteuid() != 0:
        raise BuildError("images are built as root; use sudo")
    sources = sources_for_suite(definition.suite)
    with _start(definition, rootfs, lock) as process:
        assert process.stdout is not None
        try:
            tail = _follow(process, sources, definition, say)
        finally:
            process.kill()
            # The output ends when the last process in the namespaces is gone.
            collections.deque(process.stdout, maxlen=0)
    if process.returncode != 0:
        status = f"{definition.name}: mmdebstrap failed, exit status {process.returncode}:"
        raise BuildError("\n".join([status, *tail]))
    return _installed_packages(rootfs)


def _start(definition: ImageDefinition, rootfs: Path, lock: int) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "SOURCE_DATE_EPOCH": str(FIXED_TIME_S),
    }
    try:
        return subprocess.Popen(
            [*same_addresses(), *NAMESPACES, "--mount-proc", *_command(definition, rootfs)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            umask=0o022,
            pass_fds=[lock],
        )
    except OSError as error:
        raise BuildError(f"unshare cannot be started: {error}; install util-linux") from error


def _command(definition: ImageDefinition, rootfs: Path) -> list[str]:
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=essential",
        "--format=directory",
        *(f"--include={package}" for package in definition.packages),
        *(f"--aptopt={option}" for option in (*_APT_OPTIONS, *_host_apt_options())),
        # No path-exclude here: filtering makes unpacking the base 10 s instead of 2 s. The
        # documentation is deleted afterwards.
        "--dpkgopt=force-unsafe-io",
        f"--hook-directory={_MERGED_USR_HOOKS}",
        f"--setup-hook={_PIN_HOOK}",
        definition.suite,
        str(rootfs),
        "-",
    ]


def _host_apt_options() -> list[str]:
    """How this machine fetches packages: proxies, certificates, time-outs."""
    done = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    lines = (line.removesuffix(";") for line in done.stdout.splitlines())
    return [line for line in lines if line.startswith("Acquire::http") and not line.endswith('""')]


def _follow(
    process: subprocess.Popen[str],
    sources: str,
    definition: ImageDefinition,
    say: Callable[[str], None],
) -> collections.deque[str]:
    """Feed the sources, report the steps, return the last lines."""
    assert process.stdin is not None
    assert process.stdout is not None
    tail: collections.deque[str] = collections.deque(maxlen=_TAIL_LINES)
    try:
        process.stdin.write(sources)
        process.stdin.close()
    except BrokenPipeError:
        tail.append("it ended before it read the package sources")
    for line in process.stdout:
        tail.append(line.rstrip())
        if step := _step(line, definition):
            say(step)
    process.wait()
    return tail


def _step(line: str, definition: ImageDefinition) -> str | None:
    for start, step in _STEPS.items():
        if line.startswith(start):
            count = len(definition.packages)
            return step.format(packages="1 package" if count == 1 else f"{count} packages")
    return None


def _installed_packages(rootfs: Path) -> dict[str, str]:
    argv = ["dpkg-query", f"--root={rootfs}", "--show", "--showformat=${Package} ${Version}\\n"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{rootfs}: the packages cannot be listed: {done.stderr.strip()}")
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())
