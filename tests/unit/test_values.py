"""Values that functions return: hostile JSON, and the comparison against Python's own."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.values import NotAValue, Tolerance, Value, difference, parse_value

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=15,
)


@given(values)
def test_a_value_survives_json_and_equals_itself(value):
    assert parse_value(json.dumps(value).encode()) == value
    assert difference(value, value) == ""


def same(wanted, found) -> bool:
    """The rule as a recursion: exact types, but for numbers."""
    kinds = [bool, list, dict, str, type(None)]
    if any(isinstance(value, kind) for kind in kinds for value in (wanted, found)):
        if type(wanted) is not type(found):
            return False
        if isinstance(wanted, list):
            return len(wanted) == len(found) and all(map(same, wanted, found))
        if isinstance(wanted, dict):
            return wanted.keys() == found.keys() and all(same(wanted[k], found[k]) for k in wanted)
    return wanted == found


@given(values, values)
def test_two_values_differ_as_the_rule_says(wanted, found):
    assert (difference(wanted, found) == "") == same(wanted, found)


usual = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)


@given(usual, usual, st.floats(0, 10), st.floats(0, 1))
def test_numbers_are_close_as_the_rule_says(wanted, found, abs_tol, rel_tol):
    difference_found = difference([wanted], [found], Tolerance(abs_tol, rel_tol))
    allowed = max(abs_tol, rel_tol * abs(wanted))
    off = abs(wanted - found)
    if not math.isclose(off, allowed, rel_tol=1e-6):
        assert (difference_found == "") == (wanted == found or off <= allowed)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (1, True),
        (0, False),
        ("1", 1),
        (None, 0),
        (None, False),
        ([], {}),
        ("", None),
        ([1], [1, 1]),
    ],
)
def test_what_python_might_take_for_equal_is_not(wanted, found):
    assert difference(wanted, found) != ""
    assert difference(found, wanted) != ""


def test_one_and_one_point_nothing_are_equal():
    assert difference({"a": [1]}, {"a": [1.0]}) == ""
    assert difference(10**400, 10**400 + 1) != ""
    assert difference(10**400, 10**400 + 1, Tolerance(rel_tol=1e-9)) == ""
    assert difference(10**400, 1.5, Tolerance(abs_tol=1)) != ""


@pytest.mark.parametrize(
    "data",
    [
        b"", b"NaN", b"Infinity", b"-Infinity", b"1e999", b"[1", b"1 2", b"{'a':1}", b"\xff",
        b'{"a":1,"a":2}',
        b"[" * 200_000, b'{"a":' * 200_000, b"9" * 5000, b"-" + b"9" * 4_000_000,
        b"\xef\xbb\xbf1", b"[1,]", b"0x1",
    ],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_what_is_not_one_value_is_refused(data: bytes):
    with pytest.raises(NotAValue):
        parse_value(data)


@given(st.binary(max_size=50))
def test_no_bytes_raise_anything_else(data: bytes):
    try:
        parse_value(data)
    except NotAValue:
        return


def test_the_message_says_where_and_stays_short():
    wanted: Value = {"a": [1, {"b": "x" * 10_000}]}
    assert difference(wanted, {"a": [1, {"b": "y"}]}).startswith('at .a[1].b: expected "xxx')
    assert len(difference(wanted, {"a": [1, {"b": 10**3000}]})) < 400
    assert difference([1, 2], [1]) == "expected 2 elements, got 1"
    assert difference({"k": 1}, {}) == 'the member "k" is missing'


def test_deep_values_are_compared_without_the_stack():
    deep: Value = 0
    for _ in range(100_000):
        deep = [deep]
    assert difference(deep, deep) == ""
