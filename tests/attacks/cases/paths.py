"""Names of files, in and out: above the working directory, through links, into what blocks."""

from typing import Any

from tests.attacks.attack import Attack

Words = str | tuple[str, ...]

LOOK = "print('found' if os.path.exists('/tmp/planted') else 'nothing')"


def above(name: str, path: str, **more: Any) -> Attack:
    """A file that is to be written elsewhere than in the working directory."""
    return Attack(name, LOOK, ("422", "RE 127"), fields={"files": {path: "x"}}, **more)


def collected(name: str, code: str, *patterns: str, expected: Words, **more: Any) -> Attack:
    """A file that is not what a collector thinks."""
    return Attack(name, code, expected, fields={"collect": list(patterns)}, **more)


ATTACKS = [
    above("a file above the working directory", "../tmp/planted",
          control="path rules of files, in the service", without="OK: found"),
    above("a file above the working directory, past the service", "a/../../tmp/planted",
          control="path rules of files, in init", without="OK: found"),
    above("a file by an absolute path", "/tmp/planted"),
    above("a file by way of what is no directory", "main.py/../../tmp/planted"),
    collected("a link to a file of the system, collected", "os.symlink('/etc/passwd', 'x')", "x",
              expected="OK [x not_regular]", control="no links in collect", without="OK [x b'root:"),
    collected("a link to a directory of the system, collected", "os.symlink('/etc', 'd')", "d/passwd", "d",
              expected="OK [d not_regular]", control="no links in collect",
              without="OK [d/passwd b'root:"),
    collected("links in a circle, collected", "os.symlink('x', 'y'); os.symlink('y', 'x'); os.symlink('.', 'z')",
              "z/*", "z/z/*", "[xy]", "z", expected="OK [x not_regular] [y not_regular] [z not_regular]"),
    collected("a socket, collected", "socket.socket(socket.AF_UNIX).bind('x')", "x",
              expected="OK [x not_regular]"),
    collected("a pipe that blocks who opens it, collected",
              "try: os.mkfifo('x')\nexcept PermissionError: os.symlink('/proc/self/fd/0', 'x')", "x",
              expected="OK [x not_regular]"),
    collected("a sparse file of 60 MiB, collected", "open('x', 'wb').truncate(60 << 20)", "x",
              expected="OK [x too_large]"),
    collected("a hard link to a file of the system, collected",
              "print(attempt(lambda: os.link('/etc/passwd', 'x')))", "x", expected=("OK: EXDEV", "OK: EPERM")),
    collected("the memory of who collects, by a link into /proc",
              "os.symlink('/proc/self/environ', 'x'); os.symlink('/proc/self/root/etc/shadow', 'y')", "[xy]",
              expected="OK [x not_regular] [y not_regular]"),
]  # fmt: skip
