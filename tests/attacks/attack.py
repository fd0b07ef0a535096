"""What an attack is: a request as `POST /run` takes it, and what must come of it. Data only.

An attack says by what it prints whether it got anywhere, and the last line of that is compared. Each one
that a protection stands against names it: without that protection (see `controls`) it comes to something
else, or it would prove nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Comes before each attack in Python: what they have in common.
PRELUDE = """\
import ctypes, errno, os, signal, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    words = [a if isinstance(a, bytes) else ctypes.c_long(a) for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    return errno.errorcode[ctypes.get_errno()] if result < 0 else "DONE"
def attempt(act):
    try:
        result = act()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return result if isinstance(result, str) else "DONE"
def summary(answers):
    done = sorted(name for name, answer in answers.items() if answer == "DONE")
    return "got through: " + " ".join(done) if done else "refused"
"""

# Where a server of the host listens while an attack is carried out: an abstract local socket.
LISTENER = "\0sandbox-attack-listener"

# One run that leaves something, and the next one in the same slot that looks for it: tests of one request.
TWO_RUNS: tuple[dict[str, Any], ...] = ({"stdin": "leave"}, {"stdin": "look"})


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: unique, in words.
        code: the program; Python programs get `PRELUDE` in front.
        expected: what must come of it, in the words of `describe`; several where any of them is right.
        control: the protection without which it comes to something else.
        without: what then comes of it.
        fields: other fields of the request.
        leaves_names: it makes the kernel remember names of files, of which it lets go when the slot's next
            run begins and there are many.
        together: it is carried out in both slots at the same time, instead of beside an honest neighbour.
    """

    name: str
    code: str
    expected: str | tuple[str, ...]
    language: str = "python"
    control: str | None = None
    without: str | tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    together: bool = False
    leaves_names: bool = False

    def __post_init__(self) -> None:
        assert (self.control is None) == (not self.without), f"{self.name}: half a control"

    def request(self) -> dict[str, Any]:
        """The body of its request."""
        prelude = PRELUDE if self.language == "python" else ""
        return {"language": self.language, "code": prelude + self.code, **self.fields}

    def is_as_expected(self, seen: str) -> bool:
        """Whether this is what must come of it; a verdict alone leaves open what was printed."""
        verdict = seen.partition(":")[0]
        return any(
            words == (seen if ":" in words else verdict) for words in as_tuple(self.expected)
        )


def as_tuple(words: str | tuple[str, ...]) -> tuple[str, ...]:
    """One or several, as several."""
    return (words,) if isinstance(words, str) else words
