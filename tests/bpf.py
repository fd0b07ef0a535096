"""Runs a seccomp program as the kernel would, without installing it.

A program is an array of ``struct sock_filter``; its input is one ``struct seccomp_data``. Only the
instructions that libseccomp writes are known; any other one is an error.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

X86_64 = 0xC000003E
ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_INSTRUCTION = struct.Struct("=HBBI")
_DATA = struct.Struct("=IIQ6Q")
_LOAD, _AND, _RETURN, _JUMP = 0x20, 0x54, 0x06, 0x05
_TESTS = {
    0x15: lambda accumulator, constant: accumulator == constant,
    0x25: lambda accumulator, constant: accumulator > constant,
    0x35: lambda accumulator, constant: accumulator >= constant,
    0x45: lambda accumulator, constant: accumulator & constant != 0,
}


def refusal(error: int) -> int:
    """The answer "fail with this error number"."""
    return _ERRNO | error


@dataclass(frozen=True)
class Filter:
    """A compiled filter."""

    program: bytes

    @property
    def instructions(self) -> list[tuple[int, int, int, int]]:
        return list(_INSTRUCTION.iter_unpack(self.program))

    def answer(self, number: int, args: Sequence[int] = (), architecture: int = X86_64) -> int:
        """What the kernel would do with a system call of this number and these arguments."""
        padded = [*args, *[0] * (6 - len(args))]
        data = _DATA.pack(number & 0xFFFFFFFF, architecture, 0, *padded)
        instructions = self.instructions
        accumulator = position = 0
        while True:
            code, jump_true, jump_false, constant = instructions[position]
            position += 1
            if code == _RETURN:
                return constant
            if code == _LOAD:
                (accumulator,) = struct.unpack_from("=I", data, constant)
            elif code == _AND:
                accumulator &= constant
            elif code == _JUMP:
                position += constant
            else:
                position += jump_true if _TESTS[code](accumulator, constant) else jump_false
