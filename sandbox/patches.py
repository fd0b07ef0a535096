"""Unified diffs, applied strictly to files in memory. Pure.

Strictly: every line of context and every removed line must stand exactly where its hunk says. There is no
fuzz and no searching, since a patch that lands somewhere else is another patch. Git's headers are
understood (new and deleted files, renames, copies, modes); binary patches are refused.

A patch is applied whole or not at all. What is wrong with it is said with the file and the hunk.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.paths import check_path

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_EPOCH = re.compile(rb"\t(?:1970-01-01 00:00:00|1969-12-31 \d\d:\d\d:00)")
_MODES = {b"100644": 0o644, b"100755": 0o755, b"100664": 0o644}
_ESCAPES = {b"n": b"\n", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"r": b"\r", b"a": b"\a"}
_QUOTED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_SHOWN_BYTES = 80


# In a mode: a symbolic link, whose content is its target.
LINK = 0o120000


class PatchError(Exception):
    """The patch cannot be read or does not apply; the message names the file and the hunk."""


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a tree: its bytes and its permissions."""

    content: bytes
    mode: int = 0o644


@dataclass(slots=True)
class _Hunk:
    number: int
    header: str
    start: int
    old: list[bytes] = field(default_factory=list)
    new: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Change:
    """What a patch does to one file; a path is None where there is no file."""

    old: str | None
    new: str | None
    mode: int | None = None
    copies: bool = False
    hunks: list[_Hunk] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.new or self.old or "?"


def apply_patch(tree: Mapping[str, TreeFile], patch: bytes) -> dict[str, TreeFile]:
    """The tree after the patch. Raises PatchError, and then nothing was changed."""
    changes = list(_Reader(patch).changes())
    if not changes:
        raise PatchError("the patch changes no file")
    changed = dict(tree)
    moved: list[tuple[_Change, TreeFile]] = []
    for change in changes:
        # Git's copies and renames start from the tree as it was, whatever else becomes of the source.
        stays = change.new == change.old or change.new is None
        file = _patched_file(change, changed if stays else tree)
        if change.new == change.old:
            changed[change.name] = file
        else:
            moved.append((change, file))
    _move(moved, changed)
    return changed


def changed_paths(patch: bytes) -> frozenset[str]:
    """All paths that a patch names. Raises PatchError."""
    changes = _Reader(patch).changes()
    return frozenset(
        path for change in changes for path in (change.old, change.new) if path is not None
    )


def _patched_file(change: _Change, tree: Mapping[str, TreeFile]) -> TreeFile:
    source = TreeFile(b"")
    if change.old is not None:
        if change.old not in tree:
            raise PatchError(f"{change.old}: there is no such file")
        source = tree[change.old]
        if source.mode & LINK == LINK:
            raise PatchError(f"{change.old}: it is a link, and only plain files can be changed")
    content = _patched(change, source.content)
    if change.new is None and content:
        raise PatchError(f"{change.old}: deleted by the patch, but not all of its content")
    return TreeFile(content, source.mode if change.mode is None else change.mode)


def _move(moved: list[tuple[_Change, TreeFile]], tree: dict[str, TreeFile]) -> None:
    """Removes what is deleted or renamed, then adds what is new: files may change places."""
    for change, _file in moved:
        if change.old is not None and not change.copies and tree.pop(change.old, None) is None:
            raise PatchError(f"{change.old}: deleted or renamed twice")
    for change, file in moved:
        if change.new is None:
            continue
        if change.new in tree:
            raise PatchError(f"{change.new}: the file is there already")
        _check_room(tree, change.new)
        tree[change.new] = file


def _check_room(tree: Mapping[str, TreeFile], path: str) -> None:
    parts = path.split("/")
    for end in range(1, len(parts)):
        if "/".join(parts[:end]) in tree:
            raise PatchError(f"{path}: {'/'.join(parts[:end])} is a file, not a directory")
    if any(other.startswith(path + "/") for other in tree):
        raise PatchError(f"{path}: there is a directory of this name")


def _patched(change: _Change, content: bytes) -> bytes:
    lines = content.split(b"\n")
    # What follows the last newline is a line without an end, and nothing at all is no line.
    lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    result: list[bytes] = []
    position = 0
    for hunk in change.hunks:
        # A hunk without old lines stands behind the line that it names.
        start = hunk.start - 1 if hunk.old else hunk.start
        where = f"{change.name}: hunk {hunk.number} ({hunk.header})"
        if start < position:
            raise PatchError(f"{where} overlaps the one before it, or stands before it")
        if start > len(lines):
            raise PatchError(
                f"{where} starts behind the end of the file, which has {len(lines)} lines"
            )
        result += lines[position:start]
        position = start + len(hunk.old)
        _check_lines(where, hunk.old, lines[start:position], start)
        result += hunk.new
    return b"".join([*result, *lines[position:]])


def _check_lines(where: str, wanted: list[bytes], found: list[bytes], start: int) -> None:
    for index, line in enumerate(wanted):
        if index >= len(found):
            raise PatchError(f"{where} needs line {start + index + 1}, where the file has ended")
        if found[index] != line:
            raise PatchError(
                f"{where} does not match line {start + index + 1}: "
                f"expected {_shown(line)}, found {_shown(found[index])}"
            )


def _shown(line: bytes) -> str:
    text = line[:_SHOWN_BYTES].decode(errors="backslashreplace")
    return repr(text) + "…" * (len(line) > _SHOWN_BYTES)


class _Reader:
    """Reads the changes of a patch, in one pass over its lines."""

    def __init__(self, patch: bytes) -> None:
        lines = patch.split(b"\n")
        self._lines = lines[:-1] if lines[-1] == b"" else lines
        self._at = 0

    def _peek(self) -> bytes | None:
        return self._lines[self._at] if self._at < len(self._lines) else None

    def _fail(self, message: str) -> PatchError:
        return PatchError(f"line {self._at + 1} of the patch: {message}")

    def changes(self) -> Iterator[_Change]:
        """Every change; raises PatchError."""
        while (line := self._peek()) is not None:
            if line.startswith(b"diff --git "):
                yield self._git_change()
            elif line.startswith(b"--- ") and self._is_file_header():
                old, new = self._file_header()
                yield self._with_hunks(_Change(old, new))
            elif line.startswith(b"@@ "):
                raise self._fail("a hunk without the file that it belongs to")
            else:
                self._at += 1  # a commit message, an index line

    def _is_file_header(self) -> bool:
        following = self._lines[self._at + 1 : self._at + 2]
        return bool(following) and following[0].startswith(b"+++ ")

    def _file_header(self) -> tuple[str | None, str | None]:
        old_line, new_line = self._lines[self._at : self._at + 2]
        old, new = self._path(old_line[4:]), self._path(new_line[4:])
        # diff -N marks a file that is not there by the beginning of time.
        if _EPOCH.search(old_line):
            old = None
        if _EPOCH.search(new_line):
            new = None
        if old is None and new is None:
            raise self._fail("neither an old nor a new file")
        self._at += 2
        return old, new

    def _path(self, text: bytes, *, prefix: bool = True) -> str | None:
        text = text.partition(b"\t")[0] if not text.startswith(b'"') else _unquoted(text)
        if text == b"/dev/null":
            return None
        try:
            path = text.decode().removesuffix("\r")
            if prefix:
                path = path.partition("/")[2] if path[:2] in ("a/", "b/") else path
            return check_path(path)
        except ValueError as error:
            raise self._fail(f"not a path that may be changed: {error}") from None

    def _git_change(self) -> _Change:
        change = _Change(*self._git_paths(self._lines[self._at]))
        is_new = is_deleted = False
        self._at += 1
        while (line := self._peek()) is not None:
            word, _, rest = line.rpartition(b" ")
            if line.startswith((b"GIT binary patch", b"Binary files ")):
                raise self._fail(f"{change.name}: binary changes cannot be applied")
            if line.startswith((b"rename from ", b"copy from ")):
                change.old = self._path(line.partition(b" from ")[2], prefix=False)
                change.copies = line.startswith(b"copy")
            elif line.startswith((b"rename to ", b"copy to ")):
                change.new = self._path(line.partition(b" to ")[2], prefix=False)
            elif word in (b"new file mode", b"new mode"):
                change.mode = self._mode(rest)
                is_new = is_new or word == b"new file mode"
            elif word == b"deleted file mode":
                is_deleted = True
            elif not line.startswith((b"index ", b"old mode ", b"similarity ", b"dissimilarity ")):
                break
            self._at += 1
        if line is not None and line.startswith(b"--- ") and self._is_file_header():
            old, new = self._file_header()
            if (old is not None and old != change.old) or (new is not None and new != change.new):
                raise self._fail(f"{change.name}: the headers name different files")
        if is_new:
            change.old = None
        if is_deleted:
            change.new = None
        if change.old is None and change.new is None:
            raise self._fail("neither an old nor a new file")
        return self._with_hunks(change)

    def _git_paths(self, line: bytes) -> tuple[str | None, str | None]:
        """The two paths of ``diff --git``, which has no separator if a name holds blanks."""
        rest = line.removeprefix(b"diff --git ").removesuffix(b"\r")
        if rest.startswith(b'"'):
            end = re.match(rb'"(?:[^"\\]|\\.)*"', rest)
            if end is None:
                raise self._fail("a quoted path has no end")
            return self._path(end.group()), self._path(rest[end.end() + 1 :])
        for split in re.finditer(rb" (?=b/|\"b/)", rest):
            old, new = rest[: split.start()], rest[split.end() :]
            if old[2:] == new[2:]:
                return self._path(old), self._path(new)
        old, _, new = rest.partition(b" b/")  # a rename: the lines that follow say it again
        return self._path(old), self._path(b"b/" + new) if new else self._path(old)

    def _mode(self, text: bytes) -> int:
        mode = _MODES.get(text.removesuffix(b"\r"))
        if mode is None:
            raise self._fail(f"mode {_shown(text)}: only plain files can be changed, no links")
        return mode

    def _with_hunks(self, change: _Change) -> _Change:
        while (line := self._peek()) is not None and line.startswith(b"@@ "):
            change.hunks.append(self._hunk(change, len(change.hunks) + 1))
        if line is not None and line[:1] in (b"+", b"-") and not line.startswith((b"--- ", b"-- ")):
            raise self._fail(f"{change.name}: a changed line outside of a hunk")
        return change

    def _hunk(self, change: _Change, number: int) -> _Hunk:
        found = _HUNK.match(self._lines[self._at])
        if found is None:
            raise self._fail(f"{change.name}: hunk {number} has no proper header")
        start, old, _, new = (1 if text is None else int(text) for text in found.groups())
        hunk = _Hunk(number, found.group().decode(), start)
        self._at += 1
        while old > 0 or new > 0:
            line = self._peek()
            kind = None if line is None else line[:1] or b" "  # some mailers drop a lone blank
            if line is None or kind not in (b" ", b"-", b"+"):
                raise self._fail(f"{change.name}: hunk {number} is shorter than its header says")
            old -= kind in (b" ", b"-")
            new -= kind in (b" ", b"+")
            if old < 0 or new < 0:
                raise self._fail(f"{change.name}: hunk {number} is not what its header says")
            self._add(hunk, kind, line[1:])
        return hunk

    def _add(self, hunk: _Hunk, kind: bytes, text: bytes) -> None:
        self._at += 1
        following = self._peek()
        ended = following is None or not following.startswith(b"\\")
        if not ended:
            self._at += 1  # "\ No newline at end of file"
        line = text + b"\n" if ended else text
        if kind != b"+":
            hunk.old.append(line)
        if kind != b"-":
            hunk.new.append(line)


def _unquoted(text: bytes) -> bytes:
    """A path as git quotes it, with C's escapes."""

    def plain(found: re.Match[bytes]) -> bytes:
        code = found.group(1)
        return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _ESCAPES.get(code, code)

    return _QUOTED.sub(plain, text[1 : text.rfind(b'"')])
