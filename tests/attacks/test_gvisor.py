"""Attacks with gVisor around the program: they come to the same nothing as without."""

import pytest

from tests.attacks.scene import Scene
from tests.attacks.table import ATTACKS

pytestmark = pytest.mark.gvisor

WITHIN_S = 60.0
# Some of each kind; the others take long, or are about what is in no kernel of gVisor's.
CHOSEN = {
    "new namespaces by unshare",
    "mounting in a user namespace of one's own",
    "tracing and reading other processes",
    "io_uring, which goes around the filter",
    "splice, tee and vmsplice: pages of files in pipes",
    "the root of process 1",
    "descriptors that were left open",
    "root by asking",
    "raw system calls past the C library",
    "many children, each below the limit",
    "a fork bomb",
    "output without end",
    "files left for the next run",
    "a process that lives on and waits for the next run",
    "processes other than one's own",
    "locks on files of the image that a neighbour sees",
    "the whole group killed",
    "results in files with names that a grader might read",
    "the right answer in any file that can be read, in /proc, the environment, the arguments",
    "connections to the internet, to the host and to clouds' addresses",
    "a server of the host on an abstract socket",
    "init outlived, by a child that does not end with the run",
    "a file above the working directory, past the service",
    "a link to a file of the system, collected",
}


def test_all_that_are_chosen_are_there():
    assert CHOSEN <= {attack.name for attack in ATTACKS}


@pytest.mark.parametrize("name", sorted(CHOSEN))
def test_an_attack_comes_to_nothing(scene: Scene, name: str):
    attack = next(attack for attack in ATTACKS if attack.name == name)
    seen = scene.lab.runner.wait(scene.carry_out(attack), WITHIN_S)
    assert attack.is_as_expected(seen), (seen, attack.expected)
