"""Each protection has an attack that succeeds without it: what no attack notices is not tested."""

import pytest

from tests.attacks.attack import Attack, as_tuple
from tests.attacks.controls import CONTROLS
from tests.attacks.scene import Scene
from tests.attacks.table import ATTACKS

WITHIN_S = 60.0
NOTICING = [attack for attack in ATTACKS if attack.control is not None]


def test_every_protection_is_noticed_by_an_attack():
    assert CONTROLS.keys() == {attack.control for attack in NOTICING}


@pytest.mark.parametrize("attack", NOTICING, ids=lambda attack: f"{attack.control}: {attack.name}")
def test_without_the_protection_the_attack_succeeds(scene: Scene, attack: Attack):
    assert attack.control is not None
    control = CONTROLS[attack.control]
    seen = scene.lab.runner.wait(scene.carry_out_without(control, attack), WITHIN_S)
    assert seen.startswith(as_tuple(attack.without)), (seen, attack.without)
    if control.base is not None:
        # The other walls are down, and this one alone holds.
        seen = scene.lab.runner.wait(scene.carry_out_without(control.base, attack), WITHIN_S)
        assert attack.is_as_expected(seen), (seen, attack.expected)
