"""What can go wrong with the sandbox itself. None of these is ever the program's fault.

SandboxFault
├── HostNotReady      this machine lacks something; the message says what mends it
├── SlotBroken        a slot can no longer be trusted and must be destroyed
│   └── ContainerDied its container is dead already
└── SetupFailed       a run's isolation could not be built; names the step
"""

import errno
import os


class SandboxFault(Exception):
    """The sandbox failed, not the program."""


class HostNotReady(SandboxFault):
    """The host lacks something that the runtime needs."""


class SlotBroken(SandboxFault):
    """The slot's container died, hangs or did not come clean; destroy the slot."""


class ContainerDied(SlotBroken):
    """The slot's container has died under a run."""


class SetupFailed(SandboxFault):
    """A step of a run's set-up failed.

    Attributes:
        step: the step's name, as in ``runtime/init/protocol.h``.
        errno: the kernel's error number.
    """

    def __init__(self, step: str, error: int) -> None:
        self.step = step
        self.errno = error
        name = errno.errorcode.get(error, str(error))
        super().__init__(f"set-up of a run failed at step {step}: {name} ({os.strerror(error)})")
