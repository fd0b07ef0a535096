"""Names of contents, and numbers that follow from names: the ground of every resume."""

import hashlib
import json
from typing import Any


def sha256(data: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """A value as JSON that is the same bytes for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hash_of(*parts: Any) -> str:
    """A hash of values that JSON can hold; no two different lists of parts run together."""
    return sha256(canonical_json(list(parts)))


def seed_of(*parts: Any) -> int:
    """A number below 2**63 that follows from the parts, for generators and draws."""
    return int(hash_of("seed", *parts)[:16], 16) >> 1
