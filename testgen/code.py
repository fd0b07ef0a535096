"""Which code it is that comes to a result: a result of other code is not taken for its own."""

from functools import cache
from pathlib import Path

import sandbox.checkers
from testgen.hashing import hash_of, sha256

_PACKAGE = Path(__file__).parent
_ONLY_SHOWN = ("checking", "cli", "exporting", "reporting")
"""What shows results or writes them out: nothing in them hangs on it."""


@cache
def code_hash() -> str:
    """A hash of all sources, and texts for models, that can decide what becomes of a problem."""
    return hash_of(*((str(path.name), sha256(path.read_bytes())) for path in deciding_sources()))


def deciding_sources() -> list[Path]:
    """The files of this package but for those that only show results, and the comparisons of outputs."""
    own = [
        path
        for path in sorted(_PACKAGE.rglob("*"))
        if path.suffix in (".py", ".md") and path.relative_to(_PACKAGE).parts[0] not in _ONLY_SHOWN
    ]
    return [*own, Path(sandbox.checkers.__file__)]
