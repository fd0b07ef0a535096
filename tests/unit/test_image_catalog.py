import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.catalog import Catalog
from images.errors import CatalogError
from images.manifest import StoredImage
from images.store import ImageStore
from tests.image_samples import definition, language, named, put


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[StoredImage]:
    store = ImageStore(tmp_path_factory.mktemp("store"))
    cpp = language(name="cpp", aliases=["c++", "cpp17"])
    c = language(name="c", aliases=[])
    python = language(name="python", aliases=["python3", "py"])
    put(store, definition(name="gcc", languages=[cpp, c]))
    put(store, definition(name="python", languages=[python]))
    return store.list()


@pytest.mark.parametrize("name", ["cpp", "c++", "cpp17", "C++", "CPP"])
def test_a_language_is_found_by_name_and_alias_in_any_case(images: list[StoredImage], name: str):
    image, found = Catalog(images).resolve(name)
    assert ("gcc", "cpp") == (image.name, found.name)


def test_every_language_is_listed_once_by_its_canonical_name(images: list[StoredImage]):
    listed = [(entry.image.name, entry.language.name) for entry in Catalog(images).languages()]
    assert [("gcc", "c"), ("gcc", "cpp"), ("python", "python")] == listed


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pyhton", "did you mean python"),
        ("Pyton3", "did you mean python3"),
        ("cpp71", "did you mean cpp17"),
        ("brainfuck", "known: c, cpp, python"),
        ("", "known: c, cpp, python"),
    ],
)
def test_an_unknown_language_is_refused_with_what_is_near(
    images: list[StoredImage], name: str, hint: str
):
    with pytest.raises(CatalogError, match=f"unknown language '{name}'; {hint}"):
        Catalog(images).resolve(name)


@given(st.text(max_size=200) | st.sampled_from(["cpp", "PY", "C++"]))
def test_any_name_resolves_or_is_refused_by_its_name(images: list[StoredImage], name: str):
    catalog = Catalog(images)
    known = {each for entry in catalog.languages() for each in entry.language.names}
    if name.lower() in known:
        assert name.lower() in catalog.resolve(name).language.names
    else:
        with pytest.raises(CatalogError, match=re.escape(repr(name))):
            catalog.resolve(name)


def test_a_language_can_be_asked_from_its_image_by_name_or_digest(images: list[StoredImage]):
    catalog = Catalog(images)
    plain = catalog.resolve("py")
    assert plain == catalog.resolve("py", image="python")
    assert plain == catalog.resolve("py", image=plain.image.digest)


def test_a_language_cannot_be_asked_from_another_image(images: list[StoredImage]):
    with pytest.raises(CatalogError, match="comes from the image 'python', not from 'gcc'"):
        Catalog(images).resolve("py", image="gcc")


def test_of_two_images_that_claim_one_name_the_first_has_it(tmp_path: Path):
    store = ImageStore(tmp_path)
    put(store, named("one", "c", "python3"))
    put(store, definition(name="two", languages=[language(name="python", aliases=["python3"])]))
    for images in (store.list(), store.list()[::-1]):
        catalog = Catalog(images)
        assert "one" == catalog.resolve("python3").image.name
        assert "two" == catalog.resolve("python").image.name
        (claim,) = catalog.claims
        assert "'python3' is claimed by the image 'one' and by 'two'" in claim


def test_an_empty_catalog_says_that_nothing_is_built():
    with pytest.raises(CatalogError, match="no image is built yet"):
        Catalog([]).resolve("python")
