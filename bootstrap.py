#!/usr/bin/env python3
"""Set this machine up for the project: what `make run` and `make test` call first.

The steps run in the order of ``STEPS``. Each one looks first whether its work is already done, so
that the second time costs a second. Run it again after an interruption: what was left half done is
repaired. Standard library only, and no syntax newer than Python 3.7, so that an old interpreter
gets a sentence instead of a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STATE = VENV / "bootstrap.json"  # what has been installed into the environment, by hash
UNFINISHED = VENV / "bootstrap.unfinished"  # there while the environment is being filled

OLDEST_PYTHON = (3, 11)
BUILD_REQUIREMENTS = "requirements-build.txt"
RUN_REQUIREMENTS = "requirements.txt"
DEV_REQUIREMENTS = "requirements-dev.txt"

SYSTEM_PACKAGES = [
    "crun",  # boots containers
    "mmdebstrap",  # builds images
    "skopeo",  # fetches images that are imported
    "zstd",  # unpacks their layers, where they are packed so
    "gcc",  # compiles init, the one program in C
    "libc6-dev",  # its headers, and libc.a: init is static
    "libseccomp2",  # compiles seccomp policies
    "ca-certificates",  # package sources behind TLS
]
DEV_SYSTEM_PACKAGES = [
    "redis-server",  # the tests start their own; a service beyond one machine brings its own too
]

# Debian has no runsc, the second wall that a user can bring, but all that it is made from.
GVISOR_PACKAGES = ["golang-gvisor-gvisor-dev", "golang-go", "g++"]

# What the tests need. The other definitions take minutes: `make images` builds them too.
DEFAULT_IMAGES = ["cpp", "python", "testgen"]
TEST_IMAGES = ["node"]

NO_NETWORK = re.compile(
    r"could not resolve|temporary failure|name or service not known|could not connect"
    r"|network is unreachable|no route to host|connection (refused|timed out|failed)"
    r"|failed to establish|connecttimeout|read timed out|newconnectionerror|proxyerror"
    r"|could not handshake|unable to connect|cannot initiate the connection",
    re.IGNORECASE,
)


class SetupError(Exception):
    """A step failed: what happened, and what the person at the keyboard can do about it."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


class Step(NamedTuple):
    """One step: `work` returns False where everything was already there."""

    key: str
    title: str
    work: Callable[[bool], bool]
    dev_only: bool = False


# --- helpers --------------------------------------------------------------------------------------


def run(
    command: Sequence[object], mend: str, env: dict[str, str] | None = None, cwd: Path = ROOT
) -> str:
    """Run a command without showing it, and return its output; raises SetupError with the tail."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=str(cwd),
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SetupError(f"cannot start {words[0]}: {error}", mend) from error
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()[-25:]
        tail = "\n".join(f"    {line[:200]}" for line in lines)
        raise SetupError(f"`{' '.join(words)}` ended with {done.returncode}:\n{tail}", mend)
    return done.stdout


@contextlib.contextmanager
def needs_network(tool: str, source: str) -> Iterator[None]:
    """Say so plainly when `tool` failed because it cannot reach its package source."""
    try:
        yield
    except SetupError as error:
        if not NO_NETWORK.search(error.what):
            raise
        what = f"{tool} cannot reach its package source.\n{error.what}"
        mend = f"check the network, the proxy settings and {source}; then run this again"
        raise SetupError(what, mend) from error


def digest(path: Path) -> str:
    """A hash of a file, to see whether it has changed since the last time."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_state() -> dict[str, str]:
    """What this script has put into the environment; empty where nobody knows."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(state: dict[str, str]) -> None:
    """Replace the state file in one step, so that no interruption leaves half of it."""
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    fresh.replace(STATE)


def pip(*words: str) -> None:
    """Run the environment's pip."""
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--root-user-action=ignore"]
    with needs_network("pip", "pip's configuration"):
        run(
            [VENV_PYTHON, "-m", "pip", "install", *quiet, *words],
            "read pip's words above; after a change of pyproject.toml, `make lock` pins anew",
        )


# --- the steps ------------------------------------------------------------------------------------


def check_host(dev: bool) -> bool:
    """See whether this machine can run the project at all; names everything that is missing."""
    missing = []
    if sys.version_info < OLDEST_PYTHON:
        missing.append(
            f"Python 3.11 or newer; {sys.executable} is {platform.python_version()}. Debian 12 has "
            "it (apt-get install python3); `make PYTHON=/path/to/python ...` chooses another one"
        )
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        found = f"{platform.system()} on {platform.machine()}"
        missing.append(f"Linux on x86_64; this is {found}. There is no way around it")
    elif shutil.which("apt-get") is None or shutil.which("dpkg-query") is None:
        missing.append("apt-get: use Debian 12, or a distribution that is made from it")
    if os.geteuid() != 0:
        missing.append(
            "root: cgroups, mounts and namespaces need it. Use `sudo make ...`; "
            "without root there are `make check` and `make test-unit`"
        )
    if missing:
        raise SetupError("this machine lacks:\n" + "\n".join(f"  - {line}" for line in missing))
    return False


def wanted_system_packages(dev: bool) -> list[str]:
    """The system packages, with Python's venv module where this interpreter came without it."""
    wanted = [*SYSTEM_PACKAGES, *(DEV_SYSTEM_PACKAGES if dev else [])]
    if importlib.util.find_spec("ensurepip") is None and Path(sys.base_prefix) == Path("/usr"):
        major, minor = sys.version_info[:2]
        wanted.append(f"python{major}.{minor}-venv")
    return wanted


def installed_system_packages(names: list[str]) -> list[str]:
    """Those of `names` that dpkg knows as installed."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\\n", *names]
    answer = subprocess.run(
        query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=False
    ).stdout
    return [line.split()[1] for line in answer.splitlines() if line.startswith("installed ")]


def apt_get_install(names: list[str]) -> None:
    """Install packages. A package source that fails matters only if the packages cannot be had."""
    apt_get_updated(["install", "--no-install-recommends", *names])


def apt_get_updated(words: list[str], cwd: Path = ROOT) -> None:
    """Let apt-get do something in a directory, after it has asked the package sources what is new."""
    apt = ["apt-get", "--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"]
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    mend = "mend what apt-get says above, then run this again"
    stale = None
    try:
        run([*apt, "-o", "APT::Update::Error-Mode=any", "update"], mend, env)
    except SetupError as error:
        stale = error
    try:
        run([*apt, *words], mend, env, cwd)
    except SetupError as error:
        raise stale or error from error


def install_system_packages(dev: bool) -> bool:
    """Install what is missing with apt-get; asks the package sources only if something is."""
    return install_missing(wanted_system_packages(dev))


def install_missing(wanted: list[str]) -> bool:
    """Install those packages that are not there."""
    missing = sorted(set(wanted) - set(installed_system_packages(wanted)))
    if not missing:
        return False
    with needs_network("apt-get", "/etc/apt/sources.list*"):
        apt_get_install(missing)
    return True


def environment_is_sound() -> bool:
    """Whether `.venv` works, was not left half installed and has not been moved."""
    if UNFINISHED.exists() or read_state().get("place", str(ROOT)) != str(ROOT):
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON!r})"
    try:
        found = subprocess.run(
            [str(VENV_PYTHON), "-c", probe], stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return found.returncode == 0


def make_environment(dev: bool) -> bool:
    """Make `.venv`, anew where it is broken, unfinished or was moved from elsewhere."""
    if environment_is_sound():
        return False
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"{sys.executable} has no ensurepip module, so it cannot make a virtual environment",
            "install the venv package of this Python, or choose another interpreter with PYTHON=",
        )
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    run([sys.executable, "-m", "venv", VENV], "see that the disk is neither full nor read-only")
    write_state({"place": str(ROOT)})
    UNFINISHED.unlink()
    return True


def install_python_packages(dev: bool) -> bool:
    """Install the pinned packages, each checked by its hash; builds use a pinned setuptools too."""
    wanted = DEV_REQUIREMENTS if dev else RUN_REQUIREMENTS
    names = [BUILD_REQUIREMENTS, RUN_REQUIREMENTS, DEV_REQUIREMENTS]
    now = {name: digest(ROOT / name) for name in names}
    state = read_state()
    if all(state.get(name) == now[name] for name in (BUILD_REQUIREMENTS, wanted)):
        return False
    UNFINISHED.touch()
    pip("--require-hashes", "--requirement", BUILD_REQUIREMENTS)
    options = ["--require-hashes", "--no-build-isolation", "--use-pep517"]
    pip(*options, "--requirement", wanted)
    # The development packages contain all others, in the same versions.
    have = names if dev else [BUILD_REQUIREMENTS, RUN_REQUIREMENTS]
    kept = {key: value for key, value in state.items() if key not in names}
    write_state({**kept, "place": str(ROOT), **{name: now[name] for name in have}})
    UNFINISHED.unlink()
    return True


def install_project(dev: bool) -> bool:
    """Install the project itself, editable, with its command `sandbox`."""
    now = digest(ROOT / "pyproject.toml")
    state = read_state()
    if state.get("project") == now and (VENV / "bin" / "sandbox").exists():
        return False
    pip("--no-deps", "--no-build-isolation", "--editable", ".")
    write_state({**state, "project": now})
    return True


def build_init(dev: bool) -> bool:
    """Compile the init program that lives in every container."""
    start = time.time()
    output = run(
        [VENV_PYTHON, "-m", "runtime.build_init"],
        "read the compiler's words above; gcc and libc6-dev are needed",
    )
    binary = Path(output.strip().splitlines()[-1])
    return binary.stat().st_mtime >= start


def build_images(dev: bool) -> bool:
    """Build the default images into the image store, and for the tests what these need besides."""
    names = [*DEFAULT_IMAGES, *(TEST_IMAGES if dev else ())]
    with needs_network("the image build", "/etc/apt/sources.list*"):
        output = run(
            [VENV / "bin" / "sandbox", "images", "build", *names],
            "read the words above; `.venv/bin/sandbox images build NAME` builds one image alone",
        )
    return any("up to date" not in line for line in output.splitlines() if line.strip())


def build_gvisor(dev: bool) -> bool:
    """Build gVisor's runsc for the tests, with its packages; not where SANDBOX_RUNSC names one."""
    if os.environ.get("SANDBOX_RUNSC"):
        return False
    start = time.time()
    install_missing(GVISOR_PACKAGES)
    output = run(
        [VENV_PYTHON, "-m", "tests.gvisor.build"],
        "read the compiler's words above, or name a runsc of your own in SANDBOX_RUNSC",
    )
    binary = Path(output.strip().splitlines()[-1])
    return binary.stat().st_mtime >= start


def fetch_promtool(dev: bool) -> bool:
    """Take promtool, which checks alerts, out of Debian's package; its service is not wanted here."""
    target = VENV / "bin" / "promtool"
    if target.exists() or shutil.which("promtool"):
        return False
    # On the file system of the target, so that it is there in one step, whole.
    with tempfile.TemporaryDirectory(dir=VENV) as name:
        place = Path(name)
        with needs_network("apt-get", "/etc/apt/sources.list*"):
            # As root all the same: the temporary directory is closed to apt's own user.
            apt_get_updated(["-o", "APT::Sandbox::User=root", "download", "prometheus"], place)
        for package in place.glob("*.deb"):
            run(["dpkg-deb", "--extract", package, place], "see that the disk is not full")
        (place / "usr" / "bin" / "promtool").replace(target)
    return True


def install_npm(dev: bool) -> bool:
    """Install npm, which fetches the packages of some images; Debian's needs 400 others."""
    if shutil.which("npm"):
        return False
    with needs_network("apt-get", "/etc/apt/sources.list*"):
        apt_get_install(["npm"])
    return True


STEPS = [
    Step("host", "this machine", check_host),
    Step("system", "system packages", install_system_packages),
    Step("venv", "virtual environment", make_environment),
    Step("packages", "python packages", install_python_packages),
    Step("project", "the project itself", install_project),
    Step("init", "init binary", build_init),
    Step("images", "default images", build_images),
    Step("gvisor", "gVisor for the tests", build_gvisor, dev_only=True),
    Step("promtool", "promtool for the tests", fetch_promtool, dev_only=True),
]
# Taken by name alone: what only building all images needs.
EXTRA_STEPS = [Step("npm", "npm, for images", install_npm)]


# --- the command line -----------------------------------------------------------------------------


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    keys = [step.key for step in (*STEPS, *EXTRA_STEPS)]
    parser = argparse.ArgumentParser(description="Set this machine up for the project.")
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument(
        "--only",
        metavar="STEP",
        action="append",
        choices=keys,
        help=f"do this step alone; may be given several times ({', '.join(keys)})",
    )
    return parser.parse_args()


def take(number: int, total: int, step: Step, dev: bool) -> None:
    """Do one step, in one line of output."""
    print(f"[{number}/{total}] {step.title} ... ", end="", flush=True)
    start = time.monotonic()
    try:
        worked = step.work(dev)
    except OSError as error:
        print("failed", flush=True)
        raise SetupError(str(error), "see that the tree is whole and the disk not full") from error
    except BaseException:
        print("failed", flush=True)
        raise
    if worked:
        print(f"done ({time.monotonic() - start:.1f} s)", flush=True)
    else:
        print("fine" if step.key == "host" else "already there", flush=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep a second set-up of the same tree waiting: two would break each other's environment."""
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another set-up of this tree is running: waiting for it", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> int:
    """Take the steps; 0 when everything is in place, 1 when a step failed."""
    arguments = parse_arguments()
    steps = [
        step
        for step in (*STEPS, *EXTRA_STEPS)
        if (
            step.key in arguments.only
            if arguments.only
            else step in STEPS and (arguments.dev or not step.dev_only)
        )
    ]
    step = steps[0]
    try:
        with alone():
            for number, step in enumerate(steps, 1):
                take(number, len(steps), step, arguments.dev)
    except SetupError as error:
        print(f"\nset-up failed at: {step.title}", file=sys.stderr)
        print(error.what, file=sys.stderr)
        if error.mend:
            print(f"Mend: {error.mend}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
