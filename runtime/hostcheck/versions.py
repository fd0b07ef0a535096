"""What is known about versions: which are too old, and which holes are in them.

Sources: the projects' release notes and advisories, as of September 2026.
"""

import re
from dataclasses import dataclass

Version = tuple[int, ...]

_NUMBERS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})+")
_DEBIAN_KERNEL = re.compile(r"Debian ([0-9]{1,9}(?:\.[0-9]{1,9})+)")

# The first release of each series with the fixes of this year's page-cache bugs: CVE-2026-31431
# (AF_ALG), CVE-2026-43284 (xfrm), CVE-2026-43500 (rxrpc; not confirmed for 6.6 and 6.12). Series that
# ended without them are not listed. Of CVE-2026-46300 and CVE-2026-43503 the fixes are not known.
KERNEL_FLOORS: dict[Version, int] = {(6, 6): 138, (6, 12): 87, (6, 18): 29, (7, 0): 6}

OLDEST_TESTED_CRUN: Version = (1, 8, 1)
# The first with SCMP_FLTATR_CTL_OPTIMIZE, which makes filters binary trees.
OLDEST_LIBSECCOMP: Version = (2, 5, 0)


@dataclass(frozen=True, slots=True)
class Hole:
    """A known hole of crun, and why this runtime does not fall into it.

    Attributes:
        name: its CVE number.
        what: what it lets happen.
        since: the first version that has it.
        fixed: the first version that does not; None while there is no release with the fix.
        kept_out: what of the runtime keeps it out.
    """

    name: str
    what: str
    since: Version
    fixed: Version | None
    kept_out: str


CRUN_HOLES = (
    Hole("CVE-2022-27650", "`crun exec` keeps inheritable capabilities", (0,), (1, 4, 4),
         "`crun exec` is never used"),
    Hole("CVE-2025-24965", "the krun handler writes outside the rootfs", (0,), (1, 20),
         "the krun handler is never asked for"),
    Hole("CVE-2026-30892", "`crun exec -u 1` runs as user 0", (1, 19), (1, 27),
         "`crun exec` is never used"),
    Hole("CVE-2026-47766", "a /dev that is a link leads out of the rootfs", (0,), (1, 28),
         "/dev is always a tmpfs"),
    Hole("CVE-2026-88264, CVE-2026-88265",
         "links at /dev/console and /dev/null are followed before pivot_root", (0,), None,
         "/dev is always a tmpfs, and there is no terminal"),
)  # fmt: skip


def parse_version(text: str) -> Version | None:
    """The first dotted number in a text, such as ``(1, 8, 1)``; None if there is none."""
    found = _NUMBERS.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else None


def show(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def kernel_version(release: str, build: str) -> Version | None:
    """The upstream version of a kernel.

    Args:
        release: as ``uname -r`` tells it. Debian's ``6.1.0-42-amd64`` hides the patch level.
        build: as ``uname -v`` tells it. Debian puts the patch level here.
    """
    debian = _DEBIAN_KERNEL.search(build)
    return parse_version(debian[1] if debian else release)


def is_past_kernel_floor(version: Version) -> bool:
    """Whether a kernel is new enough in its series to have the page-cache fixes."""
    series = version[:2]
    if series in KERNEL_FLOORS:
        return version >= (*series, KERNEL_FLOORS[series])
    return series > max(KERNEL_FLOORS)


def parse_crun_version(text: str) -> Version | None:
    """The version in the output of ``crun --version``; None for a build that does not know its own.

    Raises:
        ValueError: this is not the output of crun.
    """
    found = re.search(r"^crun version (.*)$", text, re.MULTILINE)
    if found is None:
        first = text.strip().partition("\n")[0][:80]
        raise ValueError(f"it does not call itself crun but {first!r}")
    return parse_version(found[1])


def holes_of_crun(version: Version) -> list[Hole]:
    """The known holes of a version of crun."""
    return [
        hole
        for hole in CRUN_HOLES
        if hole.since <= version and (hole.fixed is None or version < hole.fixed)
    ]
