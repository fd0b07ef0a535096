"""Files that a solution must not change: restored before each stage, and root's while it runs. Pure.

A protected path is what the request says it is: it has the request's content, or it does not exist. In a
directory that is protected by its name nothing can be added either. How the container keeps it so is said
in ``runtime/init/jail.c``.
"""

import stat
from collections.abc import Iterable, Mapping, Sequence

from sandbox.globs import literal_directory, matches
from sandbox.worker.host import PROTECTED, InputFile

Tree = dict[str, InputFile]


def staged(
    tree: Mapping[str, InputFile], original: Mapping[str, InputFile], patterns: Sequence[str]
) -> list[InputFile]:
    """The files of a stage, in the order in which they are to be written.

    Args:
        tree: what the stage before has left, or what the first one starts from.
        original: what the request brings, whose protected paths are right.
        patterns: what is protected.
    """
    kept = {path: file for path, file in tree.items() if not matches(patterns, path)}
    right = {path: file for path, file in original.items() if matches(patterns, path)}
    _make_way(kept, right)
    guarded = [_guarded(file) for file in right.values()]
    return sorted([*_directories(right, patterns), *guarded, *kept.values()], key=_order)


def _make_way(kept: Tree, right: Iterable[str]) -> None:
    """Removes what stands where a protected file or its directories must be."""
    for path in right:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            above = "/".join(parts[:end])
            if above in kept and (end == len(parts) or not stat.S_ISDIR(kept[above].mode)):
                del kept[above]
    if right:
        wanted = set(right)
        for path in list(kept):
            if any(path[:at] in wanted for at in _slashes(path)):
                del kept[path]


def _slashes(path: str) -> list[int]:
    return [index for index, letter in enumerate(path) if letter == "/"]


def _directories(right: Iterable[str], patterns: Sequence[str]) -> list[InputFile]:
    """The directories that nobody may add to: those that are protected by name, and all below."""
    roots = [root for root in map(literal_directory, patterns) if root is not None]
    found = set()
    for path in right:
        for at in _slashes(path):
            above = path[:at]
            if any(above == root or above.startswith(root + "/") for root in roots):
                found.add(above)
    return [InputFile(path, b"", PROTECTED | stat.S_IFDIR | 0o755) for path in found]


def _guarded(file: InputFile) -> InputFile:
    # Group and others read it as the owner does; nobody writes it.
    mode = 0o555 if file.mode & 0o100 else 0o444
    return InputFile(file.path, file.content, PROTECTED | mode, file.mtime_ns)


def _order(file: InputFile) -> tuple[int, int, str]:
    """Directories from the top down, then files; links last, so that nothing is written through one."""
    kind = stat.S_IFMT(file.mode & 0xFFFF)
    return (
        {stat.S_IFDIR: 0, stat.S_IFLNK: 2}.get(kind, 1),
        file.path.count("/"),
        file.path,
    )
