"""From a file's ending to a language of the catalog."""

LANGUAGES = {
    ".py": "python",
    ".py3": "python",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".c++": "cpp",
    ".java": "java",
    ".js": "javascript",
    ".ts": "typescript",
    ".go": "go",
    ".rs": "rust",
    ".rb": "ruby",
    ".lua": "lua",
    ".pl": "perl",
    ".php": "php",
    ".r": "r",
    ".rkt": "racket",
    ".sh": "bash",
    ".kt": "kotlin",
    ".hs": "haskell",
    ".cs": "csharp",
    ".scala": "scala",
    ".swift": "swift",
    ".jl": "julia",
    ".d": "d",
    ".ml": "ocaml",
}
ENDINGS = {language: ending for ending, language in reversed(LANGUAGES.items())} | {"cpp": ".cpp"}
"""The usual ending of each language."""
