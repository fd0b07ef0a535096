"""Which package sources of this machine an image may be built from.

The host's own apt configuration is the only place that knows a mirror. Both of its formats are read
(``sources.list(5)``): one-line ``.list`` and deb822 ``.sources``.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from images.errors import BuildError

APT_DIRECTORY = Path("/etc/apt")

# The archive's own component: repositories of other vendors may use the same suite's name.
_COMPONENT = "main"
# One archive holds these side by side, signed with keys that each of them knows.
_RELEASES = ("bookworm", "trixie")
_ONE_LINE = re.compile(r"(?P<type>deb|deb-src)\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<rest>\S.*)")
_FIELD_OF_OPTION = {"arch": "architectures", "lang": "languages", "target": "targets"}

Stanza = Mapping[str, str]


def sources_for_suite(suite: str, apt_directory: Path = APT_DIRECTORY) -> str:
    """The host's sources for ``suite``, its updates and its security fixes, as deb822 text.

    A host that knows another release of Debian only gets the suite from the same archives, which hold
    all releases that are supported.

    Raises:
        BuildError: the host has no source for the suite, nor for a release beside it.
    """
    known = [
        stanza
        for stanza in read_sources(apt_directory)
        if _COMPONENT in stanza.get("components", "").split()
    ]
    stanzas = _of_suite(known, suite)
    if not stanzas and suite in _RELEASES:
        beside = next((name for name in _RELEASES if _of_suite(known, name)), suite)
        stanzas = [
            {**stanza, "suites": re.sub(rf"\b{beside}\b", suite, stanza["suites"])}
            for stanza in _of_suite(known, beside)
        ]
    if not stanzas:
        raise BuildError(
            f"{apt_directory}: no package source for {suite!r} with the component {_COMPONENT!r};"
            f" add one to {apt_directory / 'sources.list.d'} and run apt-get update"
        )
    return "\n".join(_stanza_text(stanza) for stanza in stanzas)


def _of_suite(stanzas: Iterable[Stanza], suite: str) -> list[Stanza]:
    """What of ``stanzas`` is about a suite; nothing where the suite itself is missing."""
    wanted = (suite, f"{suite}-updates", f"{suite}-security")
    found: list[Stanza] = [
        {**stanza, "types": "deb", "suites": " ".join(suites)}
        for stanza in stanzas
        if (suites := [name for name in stanza["suites"].split() if name in wanted])
    ]
    is_there = any(suite in stanza["suites"].split() for stanza in found)
    return found if is_there else []


def read_sources(apt_directory: Path) -> list[Stanza]:
    """Every enabled binary source of the host, as deb822 fields with names in lower case.

    Raises:
        BuildError: a file cannot be read.
    """
    folder = apt_directory / "sources.list.d"
    one_line = [apt_directory / "sources.list", *sorted(folder.glob("*.list"))]
    stanzas: list[Stanza] = []
    for path in one_line:
        if path.exists():
            stanzas += _parse_one_line(_read(path).splitlines())
    for path in sorted(folder.glob("*.sources")):
        stanzas += _parse_deb822(_read(path))
    return [stanza for stanza in stanzas if _is_enabled_binary(stanza)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{path}: cannot be read: {error}") from error


def _parse_one_line(lines: Iterable[str]) -> Iterator[Stanza]:
    for line in lines:
        match = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if not match:
            continue
        uri, *suite_and_components = match["rest"].split()
        # A disc's name may hold blanks, and there is none to insert.
        if not suite_and_components or uri.startswith("cdrom:"):
            continue
        suite, *components = suite_and_components
        yield {
            **dict(_options(match["options"] or "")),
            "types": match["type"],
            "uris": uri,
            "suites": suite,
            "components": " ".join(components),
        }


def _options(text: str) -> Iterator[tuple[str, str]]:
    for option in shlex.split(text):
        name, _, value = option.partition("=")
        name = name.strip().lower()
        yield _FIELD_OF_OPTION.get(name, name), value.replace(",", " ")


def _parse_deb822(text: str) -> Iterator[Stanza]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        # A line that starts with a blank continues the field before it (an embedded key, say).
        fields = re.findall(r"^([^\s:]+):[ \t]*(.*(?:\n[ \t].*)*)", block, flags=re.MULTILINE)
        if fields:
            yield {name.lower(): value.rstrip() for name, value in fields}


def _is_enabled_binary(stanza: Stanza) -> bool:
    enabled = stanza.get("enabled", "yes").strip().lower() not in ("no", "false", "0", "off")
    complete = all(stanza.get(key) for key in ("uris", "suites"))
    return enabled and complete and "deb" in stanza.get("types", "").split()


def _stanza_text(stanza: Stanza) -> str:
    lines = (f"{name.title()}: {value}" for name, value in stanza.items() if name != "enabled")
    # A value of several lines starts on the line after the name.
    return "".join(line.replace(": \n", ":\n", 1) + "\n" for line in lines)
