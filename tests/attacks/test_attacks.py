"""Each attack comes to nothing, and leaves its slot and its neighbour as they were."""

import pytest

from tests.attacks.attack import Attack
from tests.attacks.scene import Scene
from tests.attacks.table import ATTACKS

WITHIN_S = 60.0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_comes_to_nothing(scene: Scene, attack: Attack):
    seen = scene.lab.runner.wait(scene.carry_out(attack), WITHIN_S)
    assert attack.is_as_expected(seen), (seen, attack.expected)
