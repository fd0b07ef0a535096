"""Shorter ways to say what an outcome should be."""

from runtime.outcome import Kill, Outcome

FINISHED = (0, None, None)


def ended(outcome: Outcome) -> tuple[int | None, int | None, Kill | None]:
    """How a run ended: exit code, signal, the limit for which it was ended."""
    return outcome.exit_code, outcome.signal, outcome.killed_by


def was_short_of_memory(outcome: Outcome) -> bool:
    """What a judge looks at: our own kill, or the kernel's."""
    return outcome.killed_by is Kill.MEMORY or outcome.oom_kills > 0


def said(outcome: Outcome) -> str:
    """What a program that ended well wrote to stdout, and nothing to stderr."""
    if (FINISHED, b"", None) != (ended(outcome), outcome.stderr, outcome.start_error):
        raise AssertionError(f"the program did not end well: {outcome}")
    return outcome.stdout.decode()


def lines(outcome: Outcome) -> list[str]:
    """`said`, in lines."""
    return said(outcome).splitlines()
