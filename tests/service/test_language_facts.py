"""What every language must show, for those that the tests have an image of."""

import pytest

from images.store import ImageStore
from sandbox.settings import Settings
from sandbox.worker.host import FACTS, show_facts

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(("name", "languages"), [("python", 1), ("cpp", 3)])
def test_all_facts_of_the_default_languages_hold(name: str, languages: int) -> None:
    image = ImageStore(Settings().images_dir).get(name)
    results = list(show_facts(image, ()))
    assert [] == [result for result in results if result.complaint or result.absent]
    assert languages * (1 + len(FACTS)) == len(results)
