"""Which image sits where follows what is asked for, and nobody is passed over for ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from runtime.placement import PATIENCE, Placement


@dataclass
class Slot:
    name: str
    image: str | None = None
    cpu: int | None = None
    is_usable: bool = True


@dataclass(eq=False)
class Waiter:
    digest: str
    passed_over: int = 0


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def placement(uses: dict[str, int], boots: dict[str, float] | None = None) -> Placement:
    """After so many uses of images, and boots that took so long."""
    made = Placement(Clock())
    for image, count in uses.items():
        for _ in range(count):
            made.used(image)
    for image, boot_s in (boots or {}).items():
        for _ in range(20):
            made.booted(image, boot_s)
    return made


def chosen(made: Placement, slots: Sequence[Slot], image: str) -> str:
    return made.choose_slot(slots, slots, image).name


def test_a_slot_that_holds_the_image_is_taken_whatever_else_is_free():
    slots = [Slot("empty"), Slot("other", "b"), Slot("it", "a")]
    assert "it" == chosen(placement({"a": 1, "b": 9}), slots, "a")


def test_an_empty_slot_comes_before_a_swap():
    assert "empty" == chosen(placement({}), [Slot("other", "b"), Slot("empty")], "a")


def test_an_idle_core_comes_before_both():
    busy = Slot("busy", "x", cpu=0)
    free = [Slot("empty", cpu=0), Slot("other", "b", cpu=1)]
    assert "other" == placement({}).choose_slot(free, [busy, *free], "a").name


def test_what_is_asked_for_often_stays():
    slots = [Slot("often", "b"), Slot("rare", "c")]
    assert "rare" == chosen(placement({"b": 5, "c": 1}), slots, "a")
    assert "rare" == chosen(placement({"b": 5, "c": 1}), slots[::-1], "a")


def test_what_boots_slowly_stays():
    made = placement({"python": 2, "c": 3}, {"python": 0.4, "c": 0.01})
    assert "c" == chosen(made, [Slot("python", "python"), Slot("c", "c")], "a")


def test_of_two_that_hold_the_same_one_is_given_up_first():
    slots = [Slot("twin", "b"), Slot("single", "c"), Slot("twin too", "b")]
    assert "twin" == chosen(placement({"b": 3, "c": 2}), slots, "a")


def test_what_was_popular_long_ago_is_given_up():
    clock = Clock()
    made = Placement(clock)
    for _ in range(100):
        made.used("old")
    clock.now_s = 3600.0
    made.used("new")
    assert "old" == chosen(made, [Slot("old", "old"), Slot("new", "new")], "a")


def test_who_wants_what_is_there_goes_first_but_not_for_ever():
    made = placement({})
    rare = Waiter("rare")
    for _ in range(PATIENCE):
        hit = Waiter("common")
        assert hit is made.choose_waiter([rare, hit], [Slot("s", "common")])
    assert rare is made.choose_waiter([rare, Waiter("common")], [Slot("s", "common")])


def test_what_a_dead_container_is_of_is_no_hit():
    made = placement({})
    first, second = Waiter("a"), Waiter("b")
    assert first is made.choose_waiter([first, second], [Slot("s", "b", is_usable=False)])


@given(
    arrivals=st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=40),
    first=st.sampled_from("abcde"),
)
def test_whoever_waits_is_served_after_those_before_him_and_a_few_more(
    arrivals: list[list[str]], first: str
):
    """One slot; in each turn some arrive and one is served, as long as there is anybody."""
    made = Placement(Clock())
    slot = Slot("s", first)
    waiting: list[Waiter] = []
    ahead: dict[Waiter, int] = {}
    served = turns = 0
    while waiting or turns < len(arrivals):
        for digest in arrivals[turns] if turns < len(arrivals) else []:
            waiting.append(Waiter(digest))
            ahead[waiting[-1]] = served + len(waiting)
        turns += 1
        if not waiting:
            continue
        chosen = made.choose_waiter(waiting, [slot])
        waiting.remove(chosen)
        slot.image = chosen.digest
        served += 1
        assert chosen.passed_over <= PATIENCE
        assert served <= ahead[chosen] + PATIENCE
    assert served == sum(map(len, arrivals))
