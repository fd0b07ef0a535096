"""Rules about the text of this repository, as functions from a file's text to what breaks them.

The patterns are written so that they do not match themselves.
"""

import itertools
import re
import tomllib
from collections.abc import Iterator

# Where packages come from is the business of each machine's own configuration. Names that can
# never be a host (RFC 2606) are free for tests.
REGISTRY = re.compile(
    r"https?://(?![\w.-]+[.](?:example|invalid|test)\b)[\w.:-]+/(?:simple|packages|debian|pool)\b"
    r"|(?:extra-)?index[-]url|find[-]links"
    r"|\bpypi[.]org|\bpythonhosted[.]org|\bnpmjs[.]org|\bcrates[.]io|\bdocker[.]io|\bghcr[.]io"
    r"|\b(?:deb|security|snapshot|archive)[.](?:debian[.]org|ubuntu[.]com)"
    r'|resolved"\s*:\s*"http'
)
# A glob such as root's dot files inside an image is no path of a machine.
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:work|root)/[.]?\w")

_SUPPRESSION = re.compile(r"#\s*(?:ruff:\s*)?(?:noqa|type:\s*ignore|mypy:|pragma:)(?P<rest>.*)")
_REASON = re.compile(r"(?:#|-)\s+\W?\w+\W+\w+")  # two words at least, behind the codes
_IGNORED = re.compile(r'^\s*(?:"[^"]+" = \[)?"(?P<code>[A-Z]+[0-9]*)"[],]')
_HASH = r" \\\n    --hash=sha256:[0-9a-f]{64}"
_PIN = re.compile(rf"[a-z0-9]+(?:-[a-z0-9]+)*==[\w.]+(?: ; [^\\\n]+)?(?:{_HASH})+")


def matching_lines(pattern: re.Pattern[str], text: str) -> list[str]:
    """The lines in which a pattern is found, with their numbers."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{number}: {line.strip()}" for number, line in lines if pattern.search(line)]


def suppressions_without_reason(text: str) -> Iterator[str]:
    """Lines of Python that switch a check off and do not say why."""
    for line in matching_lines(_SUPPRESSION, text):
        found = _SUPPRESSION.search(line)
        if found and not _REASON.search(found["rest"]):
            yield line


def lint_codes_without_reason(pyproject: str) -> set[str]:
    """Codes that the lint configuration ignores without a comment on the same line."""
    explained = {
        found["code"]
        for line in pyproject.splitlines()
        if (found := _IGNORED.match(line)) and _REASON.search(line[found.end() :])
    }
    lint = tomllib.loads(pyproject)["tool"]["ruff"]["lint"]
    ignored = {*lint.get("ignore", ())}.union(*lint.get("per-file-ignores", {}).values())
    return ignored - explained


def warnings_without_reason(pyproject: str) -> set[str]:
    """Warnings that pytest ignores without a comment on the same line or right above."""
    filters = tomllib.loads(pyproject)["tool"]["pytest"]["ini_options"]["filterwarnings"]
    lines = pyproject.splitlines()
    explained = {
        entry
        for above, line in itertools.pairwise(lines)
        for entry in filters
        if f'"{entry}"' in line and (above.strip().startswith("#") or _REASON.search(line))
    }
    return {entry for entry in filters if entry != "error"} - explained


def unpinned_requirements(text: str) -> list[str]:
    """Entries of a requirements file that are not one version with hashes, or not only that."""
    without_comments = re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", without_comments.strip())
    return [entry for entry in entries if not _PIN.fullmatch(entry.strip())]
