"""The kernel's log, as far as the kernel complains about itself in it."""

import re
import subprocess

# Programs that crash and limits that are reached are in the log too, and are no news.
_AT_FAULT = re.compile(r"WARNING: |BUG: |Oops|KASAN|UBSAN|kernel BUG|blocked for more than")


def complaints() -> list[str]:
    """The lines in which the kernel has found itself at fault."""
    done = subprocess.run(["dmesg"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if _AT_FAULT.search(line)]
