"""Hostile requests are refused, start nothing and keep nobody out; each bound is missed when it is gone."""

import pytest

from tests.attacks.cases.requests import REQUESTS, WEAKER, RequestAttack
from tests.attacks.interface import send_to

pytestmark = pytest.mark.anyio
NOTICING = [attack for attack in REQUESTS if attack.control is not None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("attack", REQUESTS, ids=lambda attack: attack.name)
async def test_a_hostile_request_is_refused(attack: RequestAttack):
    assert attack.expected == await send_to(attack)


@pytest.mark.parametrize("attack", NOTICING, ids=lambda attack: f"{attack.control}: {attack.name}")
async def test_without_the_protection_it_is_taken(attack: RequestAttack):
    assert attack.control is not None
    assert attack.without == await send_to(attack, WEAKER[attack.control])


def test_every_protection_is_noticed_by_a_request():
    assert WEAKER.keys() == {attack.control for attack in NOTICING}
