"""The file of settings: TOML, named by the variable SANDBOX_CONFIG."""

import difflib
import os
import tomllib
from collections.abc import Collection
from pathlib import Path

VARIABLE = "SANDBOX_CONFIG"


class ConfigError(Exception):
    """The file of settings cannot be used; the message says why."""


def read_config(known: Collection[str]) -> dict[str, object]:
    """What the file sets; nothing where no file is named.

    Args:
        known: the names that it may use.

    Raises:
        ConfigError: it cannot be read, is not TOML, or has a name that is no setting.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{VARIABLE} {path}: {error}") from error
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"{VARIABLE} {path}: there is no setting {name}{hint}")
    return values
