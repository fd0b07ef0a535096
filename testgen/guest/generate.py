"""Runs inside the container, in front of a generator: `main.py SEED CASES CASE_BYTES ALL_BYTES`.

It reads the script for known mistakes, seeds all there is to seed, runs it in an empty directory and packs
the input files that it wrote. The script shares this process: what comes out is its word for everything,
and nothing of it is more than bytes for the host.

Exit status 65 means that the script was not run: a mistake in it is named on stderr. The packed file holds,
deflated, one line of JSON (the names and sizes) and then the contents.
"""

import ast
import gc
import io
import json
import os
import random
import re
import runpy
import sys
import zlib
from pathlib import Path

PACKED = "cases.bin"
SCRIPT = "generator.py"
WORK = "work"
REFUSED = 65

# What CYaRon has under another name, or not at all, although models write it.
INVENTED = {
    "IO": {"init_file", "init", "input_gen", "output"},
    "Graph": {"random", "random_graph", "complete"},
    "Sequence": {"random"},
    "Vector": {"random_vector", "rand"},
    "String": {"random_string", "rand"},
}
INVENTED_CLASSES = {"Tree", "Table", "Matrix", "GraphMatrix", "set_seed", "Set_Seed", "RandomTree"}


def mistakes(tree: ast.AST) -> "list[str]":
    """What is known to go wrong, found without running the script."""
    found = []
    own = {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    own |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in {"output_gen", "output_write", "output_writeln"}:
                found.append(
                    f"line {line}: {node.attr}: write inputs only; the answers are made elsewhere"
                )
            elif owner not in own and node.attr in INVENTED.get(owner, ()):
                found.append(f"line {line}: CYaRon has no {owner}.{node.attr}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            if node.id == "Compare":
                found.append(f"line {line}: Compare runs programs; a generator must not")
            elif node.id in INVENTED_CLASSES:
                found.append(f"line {line}: CYaRon has no {node.id}")
    return found


def seed_everything(seed: int) -> None:
    """Make each run of a script the same: CYaRon's generator, and xeger's, which has its own."""
    import xeger

    random.seed(seed)
    original = xeger.Xeger.__init__

    def seeded(self: "xeger.Xeger", limit: int = 10, seed: "int | None" = None) -> None:
        original(self, limit, seed)
        if not seed:
            self.seed(random.getrandbits(64) | 1)

    xeger.Xeger.__init__ = seeded


def write_out() -> None:
    """Write what is still buffered: CYaRon's files are whole only when their objects are gone."""
    import cyaron

    for one in gc.get_objects():
        if issubclass(type(one), cyaron.IO):
            one.close()
        elif issubclass(type(one), io.TextIOWrapper) and not one.closed:
            one.flush()


def natural(name: str) -> "list[tuple[int, str]]":
    """A key that puts 2 before 10."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def pack(cases: int, case_bytes: int, all_bytes: int) -> None:
    """Put the input files into one; what is too large or too many is left out, and said."""
    names = [path.name for path in Path().glob("*.in") if path.is_file() and not path.is_symlink()]
    taken, contents, left = [], [], all_bytes
    for name in sorted(names, key=natural)[:cases]:
        with Path(name).open("rb") as file:
            data = file.read(case_bytes + 1)
        if len(data) > min(case_bytes, left):
            sys.stderr.write(f"{name}: too large, left out\n")
            continue
        taken.append([name, len(data)])
        contents.append(data)
        left -= len(data)
    head = json.dumps({"cases": taken, "files": len(names)}).encode() + b"\n"
    (Path("..") / PACKED).write_bytes(zlib.compress(head + b"".join(contents), 6))


def main() -> None:
    """The whole way of a script."""
    seed, cases, case_bytes, all_bytes = map(int, sys.argv[1:])
    try:
        found = mistakes(ast.parse(Path(SCRIPT).read_bytes()))
    except (SyntaxError, ValueError) as error:
        found = [f"syntax: {error}"]
    if found:
        sys.stderr.write("\n".join(found[:20]) + "\n")
        sys.exit(REFUSED)
    script = str(Path(SCRIPT).resolve())
    Path(WORK).mkdir()
    os.chdir(WORK)
    seed_everything(seed)
    sys.argv = [script]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    write_out()
    pack(cases, case_bytes, all_bytes)


main()
