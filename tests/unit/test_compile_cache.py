"""The compile cache: the same sources and nothing else, within its bytes."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.jobs import Step
from sandbox.models import Verdict
from sandbox.worker.compiled import CompileCache, Compiled, key_of
from sandbox.worker.host import InputFile

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
files = st.lists(
    st.builds(
        InputFile, path=texts, content=st.binary(max_size=8), mode=st.sampled_from([0o644, 0o755])
    ),
    max_size=3,
)
given_to_a_compiler = st.tuples(
    texts, st.lists(texts, max_size=3), st.dictionaries(texts, texts, max_size=2),
    st.lists(texts, max_size=2), files,
)  # fmt: skip


def compiled(size: int, name: str = "main") -> Compiled:
    return Compiled(Step(None, Verdict.OK), (InputFile(name, bytes(size), 0o755),))


@given(one=given_to_a_compiler, other=given_to_a_compiler)
def test_keys_are_equal_exactly_when_the_compiler_was_given_the_same(one, other):
    assert (one == other) == (key_of(*one) == key_of(*other))
    assert key_of(*one) == key_of(*one)


@given(first=st.binary(min_size=1, max_size=9), second=st.binary(min_size=1, max_size=9))
def test_content_does_not_flow_from_one_file_into_the_next(first: bytes, second: bytes):
    whole = first + second
    cuts = {
        key_of("d", [], {}, [], [InputFile("a", whole[:cut]), InputFile("b", whole[cut:])])
        for cut in range(len(whole) + 1)
    }
    assert len(whole) + 1 == len(cuts)


@given(sizes=st.lists(st.integers(0, 60_000), max_size=30), most=st.integers(0, 150_000))
def test_never_more_than_allowed_and_always_the_newest(sizes: list[int], most: int):
    cache = CompileCache(most)
    for number, size in enumerate(sizes):
        entry = compiled(size)
        cache.put(bytes([number]), entry)
        assert cache.size_bytes <= most
        found = cache.get(bytes([number]))
        assert found is (entry if entry.size_bytes <= most else None)
    kept = [cache.get(bytes([number])) for number in range(len(sizes))]
    assert cache.size_bytes == sum(entry.size_bytes for entry in kept if entry is not None)


def test_what_was_used_last_stays():
    cache = CompileCache(3 * compiled(100).size_bytes)
    for name in (b"a", b"b", b"c"):
        cache.put(name, compiled(100))
    cache.get(b"a")
    cache.put(b"d", compiled(100))
    assert [True, False, True, True] == [
        cache.get(name) is not None for name in (b"a", b"b", b"c", b"d")
    ]


def test_the_same_key_again_counts_once():
    cache = CompileCache(1 << 20)
    for size in (100, 200):
        cache.put(b"a", compiled(size))
    assert compiled(200).size_bytes == cache.size_bytes
