"""Programs that are run by gVisor: the same outcomes as without, by another kernel than the host's.

Many of these tests are those of the other files here, with slots of the other kind.
"""

import platform

import pytest

from tests.privileged.lab import Runner
from tests.privileged.outcomes import ended, lines, said
from tests.privileged.test_run import (
    test_arguments_arrive_as_they_are,
    test_environment_is_what_was_given_and_nothing_else,
    test_exactly_three_descriptors_are_open,
    test_exit_code_is_reported_as_it_is,
    test_faults_of_a_c_program_are_its_signals,
    test_files_are_there_with_directories_and_modes,
    test_limits_are_those_of_this_run_and_not_of_the_last,
    test_ordinary_programs_run,
    test_output_can_be_opened_by_name,
    test_output_is_kept_byte_by_byte,
    test_signal_that_ends_a_program_is_reported,
    test_stdin_arrives_whole,
    test_stdin_cannot_be_changed,
    test_stdin_that_nobody_reads_does_not_block,
    test_stdout_and_stderr_are_kept_apart,
    test_usage_is_measured,
)

pytestmark = pytest.mark.gvisor

__all__ = [
    "test_arguments_arrive_as_they_are",
    "test_environment_is_what_was_given_and_nothing_else",
    "test_exactly_three_descriptors_are_open",
    "test_exit_code_is_reported_as_it_is",
    "test_faults_of_a_c_program_are_its_signals",
    "test_files_are_there_with_directories_and_modes",
    "test_limits_are_those_of_this_run_and_not_of_the_last",
    "test_ordinary_programs_run",
    "test_output_can_be_opened_by_name",
    "test_output_is_kept_byte_by_byte",
    "test_signal_that_ends_a_program_is_reported",
    "test_stdin_arrives_whole",
    "test_stdin_cannot_be_changed",
    "test_stdin_that_nobody_reads_does_not_block",
    "test_stdout_and_stderr_are_kept_apart",
    "test_usage_is_measured",
]

# --- another kernel -------------------------------------------------------------------------------


def test_the_kernel_is_gvisors_and_not_the_hosts(runner: Runner):
    release = said(runner.run_program(["uname", "-r"])).strip()
    messages = lines(runner.run_program(["dmesg"], filtered=False))
    assert release != platform.release()
    assert any("gVisor" in message for message in messages)


def test_the_report_cannot_be_forged(runner: Runner):
    # gVisor shows everybody which descriptors process 1 has; one of them is the report.
    code = """
import os
names = os.listdir("/proc/1/fd")
for name in names:
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY):
        try: print("opened", os.open(f"/proc/1/fd/{name}", flags))
        except OSError: pass
for path in ("/proc/1/mem", "/proc/1/cwd/dev/control", "/dev/control", "/dev/own/pids"):
    try: print("opened", os.open(path, os.O_RDONLY))
    except OSError: pass
print(len(names))
raise SystemExit(7)
"""
    outcome = runner.python(code)
    assert (7, None, None) == ended(outcome)
    assert ["1"] == outcome.stdout.decode().splitlines()
