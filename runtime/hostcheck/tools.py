"""The programs and libraries that the runtime needs."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterator

from runtime import build_init
from runtime.errors import HostNotReady
from runtime.gvisor import split_command
from runtime.hostcheck.finding import Finding, Level
from runtime.hostcheck.machine import Machine
from runtime.hostcheck.versions import (
    OLDEST_LIBSECCOMP,
    OLDEST_TESTED_CRUN,
    Version,
    holes_of_crun,
    parse_crun_version,
    show,
)

_LIBSECCOMP = "libseccomp.so.2"
_INSTALL_CRUN = "apt-get install crun"


def check_crun(machine: Machine) -> Iterator[Finding]:
    """Is it there, which version is it, and what is known about that one."""
    path = shutil.which(machine.crun)
    if path is None:
        yield Finding("crun", Level.FAIL, f"{machine.crun} is not there", _INSTALL_CRUN)
        return
    try:
        version = parse_crun_version(_ask_version(path))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        yield Finding("crun", Level.FAIL, f"{path} does not work: {error}", _INSTALL_CRUN)
        return
    yield from judge_crun(version)


def judge_crun(version: Version | None) -> Iterator[Finding]:
    """What is known about a version of crun; None stands for a build that does not tell it."""
    if version is None:
        yield Finding("crun", Level.CAUTION, "of unknown version: so are its holes", _INSTALL_CRUN)
        return
    if version < OLDEST_TESTED_CRUN:
        finding = f"{show(version)} is older than {show(OLDEST_TESTED_CRUN)}, the oldest tested one"
        yield Finding("crun", Level.CAUTION, finding, _INSTALL_CRUN)
    else:
        yield Finding("crun", Level.PASS, show(version))
    for hole in holes_of_crun(version):
        mend = f"install crun {show(hole.fixed)} or newer" if hole.fixed else ""
        fixed = f"fixed in {show(hole.fixed)}" if hole.fixed else "no release has the fix"
        finding = f"{hole.name}: {hole.what}; {fixed}; kept out, since {hole.kept_out}"
        yield Finding("crun hole", Level.CAUTION, finding, mend)


def check_runsc(machine: Machine) -> Iterator[Finding]:
    """If gVisor is wanted: is it there, and does it say that it is runsc."""
    if not machine.runsc:
        return
    mend = "let SANDBOX_RUNSC name gVisor's runsc, or nothing"
    try:
        name, _ = split_command(machine.runsc)
    except HostNotReady as error:
        yield Finding("runsc", Level.FAIL, str(error), mend)
        return
    path = shutil.which(name)
    if path is None:
        finding = f"{name} is not there, or nobody may execute it"
        yield Finding("runsc", Level.FAIL, finding, mend)
        return
    try:
        said = _ask_version(path).partition("\n")[0].strip()
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding("runsc", Level.FAIL, f"{path} does not work: {error}", mend)
        return
    if said.startswith("runsc version "):
        yield Finding("runsc", Level.PASS, said.removeprefix("runsc version "))
    else:
        yield Finding("runsc", Level.FAIL, f"{path} does not call itself runsc", mend)


def _ask_version(path: str) -> str:
    done = subprocess.run(
        [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=2
    )
    return done.stdout.decode(errors="replace")


class _LibraryVersion(ctypes.Structure):
    """``struct scmp_version`` of seccomp.h."""

    _fields_ = (("major", ctypes.c_uint), ("minor", ctypes.c_uint), ("micro", ctypes.c_uint))


def check_libseccomp(_: Machine) -> Iterator[Finding]:
    """The library that compiles the policies."""
    try:
        tell = ctypes.CDLL(_LIBSECCOMP).seccomp_version
    except OSError as error:
        yield Finding("libseccomp", Level.FAIL, str(error), "apt-get install libseccomp2")
        return
    tell.restype = ctypes.POINTER(_LibraryVersion)
    told = tell().contents
    yield judge_libseccomp((told.major, told.minor, told.micro))


def judge_libseccomp(version: Version) -> Finding:
    """Whether a version of libseccomp can compile the policies."""
    if version >= OLDEST_LIBSECCOMP:
        return Finding("libseccomp", Level.PASS, show(version))
    finding = f"{show(version)} is older than {show(OLDEST_LIBSECCOMP)}"
    return Finding("libseccomp", Level.FAIL, finding, "apt-get install libseccomp2")


def check_init(machine: Machine) -> Iterator[Finding]:
    """Init is compiled when it is first needed, so there is a compiler or a compiled init."""
    if build_init.binary_path(machine.init_directory).exists():
        yield Finding("init", Level.PASS, "is built")
    elif shutil.which("gcc"):
        yield Finding("init", Level.PASS, "is not built yet; gcc is there to build it")
    else:
        mend = "apt-get install gcc libc6-dev"
        yield Finding("init", Level.FAIL, "is not built, and there is no gcc to build it", mend)
