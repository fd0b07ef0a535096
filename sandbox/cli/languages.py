"""Which language a file is in, by its extension."""

from pathlib import Path

from sandbox.cli.errors import CliError

_BY_EXTENSION = {
    ".py": "python",
    ".c": "c",
    ".cpp": "cpp",
    ".cc": "cpp",
    ".cxx": "cpp",
    ".c++": "cpp",
    ".cs": "csharp",
    ".d": "d",
    ".ex": "elixir",
    ".exs": "elixir",
    ".f90": "fortran",
    ".go": "go",
    ".hs": "haskell",
    ".java": "java",
    ".jl": "julia",
    ".js": "javascript",
    ".mjs": "javascript",
    ".kt": "kotlin",
    ".lean": "lean",
    ".lua": "lua",
    ".ml": "ocaml",
    ".pas": "pascal",
    ".php": "php",
    ".pl": "perl",
    ".r": "r",
    ".rb": "ruby",
    ".rkt": "racket",
    ".rs": "rust",
    ".scala": "scala",
    ".sh": "bash",
    ".swift": "swift",
    ".ts": "typescript",
}


def guess(file: Path) -> str:
    """The language's name. Raises CliError if the extension says nothing."""
    if file.suffix == ".C":  # by an old custom, a capital C is C++
        return "cpp"
    language = _BY_EXTENSION.get(file.suffix.lower())
    if language is None:
        raise CliError(
            f"{file}: the extension does not tell the language; give --language "
            "('sandbox languages' lists them)"
        )
    return language
