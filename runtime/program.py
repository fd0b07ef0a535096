"""A program as the runtime sees it: what to execute, with which files, and what to bring back."""

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from runtime.init_protocol import Collecting, InputFile, pack_bundle, sealed_memory_file


class Program:
    """Arguments, environment, files and patterns, packed once for any number of runs.

    A context manager, since it holds a memory file.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        files: Sequence[InputFile] = (),
        collect: Sequence[str] = (),
        collect_bytes: int = 0,
        *,
        collect_all: bool = False,
    ) -> None:
        """Packs the program.

        Args:
            argv: the command; its first word is looked up in ``env``'s PATH.
            env: the whole environment.
            files: what the run finds in its working directory; paths are relative and safe already.
            collect: patterns (as in fnmatch) of files to bring back when the program has ended.
            collect_bytes: most that is brought back, all files together.
            collect_all: bring back everything, directories and symbolic links too, and no patterns.

        Raises:
            ValueError: no argument, or a NUL in a string.
        """
        self.argv = tuple(argv)
        self.env = dict(env)
        self.paths = tuple(file.path for file in files)
        self._contents = tuple(file.content for file in files)
        self.collects = collect_all or bool(collect)
        self.collecting = Collecting.ALL_OF_IT if collect_all else Collecting.BY_PATTERNS
        self.collect_bytes = collect_bytes
        self.bundle_fd = sealed_memory_file("bundle", *pack_bundle(argv, env, files, collect))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def mentions(self, words: Sequence[str]) -> bool:
        """Whether one of the words occurs in one of its files."""
        return any(word.encode() in content for word in words for content in self._contents)

    def close(self) -> None:
        """Gives the memory file back; can be called again."""
        if self.bundle_fd >= 0:
            os.close(self.bundle_fd)
            self.bundle_fd = -1
