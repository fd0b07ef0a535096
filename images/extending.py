"""Definitions that extend another one: their documents become one, which is then built as a whole.

    name = "science"
    extends = "python"
    description = "Python with SciPy"
    packages = ["python3-scipy"]

Nothing is installed on top of an image that is built already: what its package manager would need for
that is not in it any more.
"""

from collections.abc import Mapping
from typing import Any

_LISTS = ("packages", "python_packages", "npm_packages", "remove", "commands")
_TABLES = ("environment", "files")


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a definition that extends ``base``, which is one that was read and is sound.

    Lists are added, entries of tables are replaced, and a language takes the place of one of the same
    name. What is of a wrong type in ``own`` is left as it is, for the reader of the whole to refuse.
    """
    document = {**base, **own}
    document.pop("extends", None)
    for key in _LISTS:
        ours, theirs = base.get(key, []), own.get(key)
        if isinstance(theirs, list):
            document[key] = [*ours, *(item for item in theirs if item not in ours)]
    for key in _TABLES:
        theirs = own.get(key)
        if isinstance(theirs, Mapping):
            document[key] = {**base.get(key, {}), **theirs}
    languages = own.get("languages")
    if isinstance(languages, list):
        names = [table.get("name") for table in languages if isinstance(table, Mapping)]
        kept = [table for table in base["languages"] if table["name"] not in names]
        document["languages"] = [*kept, *languages]
    return document
