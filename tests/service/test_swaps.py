"""Slots that serve several images: what a caller can see of it."""

from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from sandbox.models import Verdict
from tests.service.conftest import Service

PROGRAMS = {"python": "print(42)", "c": '#include <stdio.h>\nint main(void) { puts("42"); }'}


def leases(service: Service) -> dict[tuple[str, str], float]:
    """How often a slot was given out, by image and how."""
    text = service.http.get("/metrics").text
    return {
        (sample.labels["image"], sample.labels["how"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "sandbox_slot_leases_total"
    }


def test_images_take_turns_in_the_slots_and_metrics_tell_how(
    start_service: Callable[..., Service],
) -> None:
    service = start_service(slots=1)
    for language in ("python", "c", "python", "c", "c", "python"):
        result = service.run(language=language, code=PROGRAMS[language])
        assert (Verdict.OK, "42\n") == (result.verdict, result.run and result.run.stdout)
    counted = leases(service)
    assert {("python", "boot"): 1, ("cpp", "boot"): 1} == {
        key: count for key, count in counted.items() if key[1] != "hit"
    }
    assert 2 == counted["python", "hit"]
    assert 2 == counted["cpp", "hit"]
    assert 0 == service.stop()
