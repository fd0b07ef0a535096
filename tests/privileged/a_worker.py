"""A worker for tests: opens slots of its own and runs one program. Started as a process.

Usage: python -m tests.privileged.a_worker NUMBER PROGRAM [ARGUMENT...]
NUMBER is that of the test process, see `lab.claim_number`.
Prints the program's exit code when it has ended and the slots are closed.
"""

import asyncio
import sys

from runtime.limits import Limits
from runtime.pool import SlotPool
from tests.privileged.lab import Runner, make_config

SUFFIX = "-worker"


async def main(pool: SlotPool, argv: list[str]) -> int | None:
    runner = Runner(pool, asyncio.get_running_loop())
    outcome = await runner.run(argv, limits=Limits(wall_time_s=100))
    await pool.close()
    return outcome.exit_code


if __name__ == "__main__":
    opened = SlotPool.open(make_config(int(sys.argv[1]), SUFFIX))
    sys.stdout.write(f"{asyncio.run(main(opened, sys.argv[2:]))}\n")
