"""What every language must show, for those that the tests have an image of."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from images.store import ImageStore
from sandbox.settings import Settings
from sandbox.worker.host import FACTS, show_facts
from tests.service.conftest import Service

pytestmark = pytest.mark.timeout(300)


def test_no_image_of_go_stops_working_when_it_is_a_day_old() -> None:
    """Go then cleans its cache up and writes down when, which a run cannot do in a file of the image."""
    images = ImageStore(Settings().images_dir).list()
    notes = [path for image in images for path in image.rootfs.glob("usr/local/lib/*/trim.txt")]
    assert [] == [note for note in notes if not note.is_symlink()]


@pytest.mark.parametrize(("name", "languages"), [("python", 1), ("cpp", 3), ("node", 1)])
def test_all_facts_of_the_languages_that_tests_have_hold(name: str, languages: int) -> None:
    image = ImageStore(Settings().images_dir).get(name)
    results = list(show_facts(image, ()))
    assert [] == [result for result in results if result.complaint or result.absent]
    assert languages * (1 + len(FACTS)) == len(results)


@pytest.mark.timeout(1800)
def test_every_language_is_right_when_32_ask_at_once(service: Service) -> None:
    """Every language of the images that there are: after `make images`, of all."""
    wrong = []
    for image in ImageStore(Settings().images_dir).list():
        for language in image.definition.languages:
            hello = language.hello
            test = {"stdin": hello.stdin, "expected_output": hello.expected_output}
            request = {"language": language.name, "code": hello.code, "tests": [test]}
            with ThreadPoolExecutor(32) as callers:
                results = list(callers.map(lambda fields: service.run(**fields), [request] * 32))
            verdicts = {str(result.verdict) for result in results}
            if verdicts != {"AC"}:
                wrong.append(f"{image.name}, {language.name}: {verdicts}")
    assert wrong == []
