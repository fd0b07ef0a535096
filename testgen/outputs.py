"""What programs print: small outputs are bytes, large ones lie on the disk until they are looked at."""

from collections.abc import Callable
from dataclasses import dataclass, field

from testgen.hashing import sha256


@dataclass(frozen=True, slots=True)
class Large:
    """An output on the disk. Two are equal just if their bytes are.

    Attributes:
        sha: the hash of its bytes.
        read: gets them by the hash.
    """

    sha: str
    size: int
    read: Callable[[str], bytes] = field(compare=False, repr=False)


Output = bytes | Large


def bytes_of(output: Output) -> bytes:
    """The output itself. Not to be held for longer than it is looked at."""
    return output if isinstance(output, bytes) else output.read(output.sha)


def sha_of(output: Output) -> str:
    """The hash of its bytes: equal outputs have one, wherever they lie."""
    return sha256(output) if isinstance(output, bytes) else output.sha


def size_of(output: Output) -> int:
    """Its bytes, without reading them."""
    return len(output) if isinstance(output, bytes) else output.size
