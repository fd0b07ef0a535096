"""Bytes as the service takes them, and lists of inputs in pieces that fit one request."""

import base64
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sandbox.models import Base64

T = TypeVar("T")


def content(data: bytes) -> str | Base64:
    """Bytes for a field: as text where they are UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Base64(base64=base64.b64encode(data).decode())


def pieces(
    items: Sequence[T], sizes: Sequence[int], *, most_items: int, most_bytes: int
) -> Iterator[Sequence[T]]:
    """Cut a list into runs of neighbours that are small enough; an item alone may be larger."""
    start, size = 0, 0
    for number, of_item in enumerate(sizes):
        if number > start and (number - start == most_items or size + of_item > most_bytes):
            yield items[start:number]
            start, size = number, 0
        size += of_item
    if start < len(items):
        yield items[start:]
