"""Unified diffs: what git writes as a table, what difflib writes as a property, and hostile patches."""

import difflib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.patches import LINK, PatchError, TreeFile, apply_patch, changed_paths

TREE = {
    "calc.py": TreeFile(b"def add(a, b):\n    return a - b\n"),
    "d/run.sh": TreeFile(b"echo 1\n", 0o755),
    "no_end": TreeFile(b"a\nb"),
    "link": TreeFile(b"calc.py", LINK | 0o777),
}
FIX = (
    b"--- a/calc.py\n+++ b/calc.py\n@@ -1,2 +1,2 @@\n"
    b" def add(a, b):\n-    return a - b\n+    return a + b\n"
)


def content(patch: bytes, path: str = "calc.py") -> bytes:
    return apply_patch(TREE, patch)[path].content


def rejected(patch: bytes) -> str:
    before = dict(TREE)
    with pytest.raises(PatchError) as caught:
        apply_patch(TREE, patch)
    assert before == TREE
    return str(caught.value)


def test_a_change_is_applied_and_nothing_else_is_touched():
    after = apply_patch(TREE, b"commit message\n\n" + FIX)
    assert after == {**TREE, "calc.py": TreeFile(b"def add(a, b):\n    return a + b\n")}


GIT = [
    (
        "new file",
        b"diff --git a/n/e w.py b/n/e w.py\nnew file mode 100755\nindex 000..111\n"
        b"--- /dev/null\n+++ b/n/e w.py\t\n"
        b"@@ -0,0 +1 @@\n+x\n",
        {"n/e w.py": TreeFile(b"x\n", 0o755)},
        [],
    ),
    ("empty file", b"diff --git a/e b/e\nnew file mode 100644\nindex 000..e69\n", {"e": TreeFile(b"")}, []),
    (
        "deleted",
        b"diff --git a/d/run.sh b/d/run.sh\ndeleted file mode 100755\n--- a/d/run.sh\n+++ /dev/null\n"
        b"@@ -1 +0,0 @@\n-echo 1\n",
        {},
        ["d/run.sh"],
    ),
    (
        "renamed and changed",
        b"diff --git a/d/run.sh b/go\nsimilarity index 50%\nrename from d/run.sh\nrename to go\n"
        b"--- a/d/run.sh\n+++ b/go\n@@ -1 +1 @@\n-echo 1\n+echo 2\n",
        {"go": TreeFile(b"echo 2\n", 0o755)},
        ["d/run.sh"],
    ),
    ("mode", b"diff --git a/calc.py b/calc.py\nold mode 100644\nnew mode 100755\n",
     {"calc.py": TreeFile(TREE["calc.py"].content, 0o755)}, []),
    ("quoted", b'diff --git "a/\\303\\274" "b/\\303\\274"\nnew file mode 100644\n'
     b'--- /dev/null\n+++ "b/\\303\\274"\n'
     b"@@ -0,0 +1 @@\n+x\n", {"ü": TreeFile(b"x\n")}, []),
    ("line without an end", b"--- a/no_end\n+++ b/no_end\n@@ -1,2 +1,2 @@\n a\n-b\n"
     b"\\ No newline at end of file\n+c\n",
     {"no_end": TreeFile(b"a\nc\n")}, []),
    ("lines that look like headers", b"--- a/d/run.sh\n+++ b/d/run.sh\n@@ -1 +1,2 @@\n"
     b"+-- x\n+++ y\n-echo 1\n",
     {"d/run.sh": TreeFile(b"-- x\n++ y\n", 0o755)}, []),
    ("files change places", b"diff --git a/calc.py b/no_end\nrename from calc.py\nrename to no_end\n"
     b"diff --git a/no_end b/calc.py\nrename from no_end\nrename to calc.py\n",
     {"calc.py": TREE["no_end"], "no_end": TREE["calc.py"]}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("patch", "added", "gone"), [row[1:] for row in GIT], ids=[row[0] for row in GIT]
)
def test_what_git_writes(patch: bytes, added: dict[str, TreeFile], gone: list[str]):
    expected = {path: file for path, file in TREE.items() if path not in gone}
    assert apply_patch(TREE, patch) == {**expected, **added}


REJECTED = [
    (b"", "changes no file"),
    (b"hello", "changes no file"),
    (FIX.replace(b"a - b", b"a * b"), "calc.py: hunk 1 (@@ -1,2 +1,2 @@) does not match line 2"),
    (FIX.replace(b"-1,2", b"-2,2"), "hunk 1 (@@ -2,2 +1,2 @@) does not match line 2"),  # no offset
    (FIX.replace(b"-1,2", b"-9,2"), "starts behind the end"),
    (FIX.replace(b"calc", b"none"), "none.py: there is no such file"),
    (FIX.replace(b"+1,2", b"+1,3"), "shorter than its header says"),
    (FIX.replace(b"+1,2", b"+1,1"), "a changed line outside of a hunk"),
    (FIX.replace(b"-1,2", b"-1,1"), "is not what its header says"),
    (FIX + b"+more\n", "a changed line outside of a hunk"),
    (FIX + FIX[FIX.index(b"@@"):], "overlaps the one before it"),
    (FIX.replace(b"b/calc.py", b"b/../../etc/passwd").replace(b"a/calc.py", b"a/../../etc/passwd"), "'..'"),
    (FIX.replace(b"a/calc.py", b"/etc/passwd").replace(b"b/calc.py", b"/etc/passwd"), "relative"),
    (FIX.replace(b"calc.py", b"link"), "link: it is a link"),
    (FIX[FIX.index(b"@@"):], "a hunk without the file"),
    (b"--- /dev/null\n+++ b/calc.py\n@@ -0,0 +1 @@\n+x\n", "calc.py: the file is there already"),
    (b"--- /dev/null\n+++ b/calc.py/x\n@@ -0,0 +1 @@\n+x\n", "calc.py is a file, not a directory"),
    (b"--- /dev/null\n+++ b/d\n@@ -0,0 +1 @@\n+x\n", "there is a directory of this name"),
    (b"--- a/calc.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-def add(a, b):\n", "not all of its content"),
    (b"diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/\n", "links"),
    (b"diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 1\n", "binary"),
    (b"Binary files a/x and b/x differ\n", "changes no file"),
    (FIX.replace(b"@@ -1,2 +1,2 @@", b"@@ 1,2 1,2 @@"), "no proper header"),
    (FIX.replace(b"\n", b"\r\n"), "does not match line 1"),
]  # fmt: skip


@pytest.mark.parametrize(("patch", "words"), REJECTED)
def test_what_does_not_apply_is_rejected_with_the_place(patch: bytes, words: str):
    assert words in rejected(patch)


def test_a_patch_is_applied_whole_or_not_at_all():
    assert "none" in rejected(FIX + FIX.replace(b"calc", b"none"))


def test_all_paths_that_a_patch_names_are_known():
    rename = b"diff --git a/x b/y\nrename from x\nrename to y\n"
    assert changed_paths(FIX + rename) == {"calc.py", "x", "y"}


lines = st.lists(
    st.sampled_from(["a\n", "b\n", "\n", "--- a\n", "+++ b\n", "@@ -1 +1 @@\n", "\\ x\n"]),
    max_size=12,
)
texts = st.builds(lambda body, end: "".join(body) + end, lines, st.sampled_from(["", "end"]))


def unified(old: str, new: str, context: int) -> bytes:
    patch = ""
    lines_of_old, lines_of_new = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for line in difflib.unified_diff(lines_of_old, lines_of_new, "a/f", "b/f", n=context):
        patch += line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
    return patch.encode()


@given(texts, texts, st.integers(0, 3))
def test_a_diff_turns_the_old_file_into_the_new_one(old: str, new: str, context: int):
    patch = unified(old, new, context)
    if patch:
        tree = {"f": TreeFile(old.encode())}
        assert apply_patch(tree, patch)["f"].content == new.encode()


@given(texts, texts, texts)
def test_with_full_context_a_diff_of_another_file_never_applies(old: str, new: str, other: str):
    patch = unified(old, new, 10_000)
    # A file that only goes on after the old one's end cannot be told from it.
    if patch and old and not other.startswith(old):
        with pytest.raises(PatchError):
            apply_patch({"f": TreeFile(other.encode())}, patch)


pieces = st.sampled_from(
    [*FIX.splitlines(keepends=True), *GIT[3][1].splitlines(keepends=True), b"\n", b"@@\n"]
)


@given(st.lists(pieces | st.binary(max_size=20), max_size=12).map(b"".join))
@example(b'diff --git "a/x')
@example(b'diff --git "a/x" ')
@example(b"diff --git \n")
@example(b"--- \n+++ \n")
@example(b'--- "\n+++ "\n')
@example(b"@@ -1 +1 @@")
def test_no_bytes_raise_anything_else(patch: bytes):
    try:
        apply_patch(TREE, patch)
    except PatchError:
        return
