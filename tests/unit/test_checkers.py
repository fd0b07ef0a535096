"""The output checkers: the rules as tables, hostile outputs, properties against plain models."""

import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from typing import get_args
from unittest.mock import patch

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sandbox import checkers
from sandbox.checkers import CheckerSpec, CheckerType, Comparison, compare

EXACT = CheckerSpec("exact")
LINES = CheckerSpec("lines")
TOKENS = CheckerSpec("tokens")
TOKENS_ANY_CASE = CheckerSpec("tokens", case_sensitive=False)
FLOATS = CheckerSpec("floats")
FLOATS_NO_TOLERANCE = CheckerSpec("floats", abs_tol=0.0, rel_tol=0.0)
UNORDERED_LINES = CheckerSpec("unordered_lines")
UNORDERED_TOKENS = CheckerSpec("unordered_tokens")
ALL_SPECS = [
    CheckerSpec(kind, case_sensitive=case_sensitive)
    for kind in get_args(CheckerType)
    for case_sensitive in (True, False)
    if kind != "exact" or case_sensitive
]

MIB = 1 << 20
HOSTILE_BYTES = 2 * MIB

specs = st.sampled_from(ALL_SPECS)
whitespace = st.text(" \t\n\r\v\f", min_size=1, max_size=4).map(str.encode)
tokens = st.binary(min_size=1, max_size=6).filter(lambda data: data.split() == [data])
# Few different bytes, so that equal, nearly equal and blank-only outputs all come up often.
outputs = st.lists(st.sampled_from([bytes([b]) for b in b"aAb1.\0 \t\n\r\v"]), max_size=24).map(
    b"".join
)
block_sizes = st.integers(min_value=1, max_value=8)


def spec_name(spec: CheckerSpec) -> str:
    return spec.type if spec.case_sensitive else f"{spec.type}-any-case"


def accepted(spec: CheckerSpec, expected: bytes, actual: bytes) -> bool:
    return compare(spec, expected, actual).accepted


def message(spec: CheckerSpec, expected: bytes, actual: bytes) -> str:
    return compare(spec, expected, actual).message


# --- the specification --------------------------------------------------------------------------


def test_the_default_is_tokens_with_the_usual_contest_tolerances():
    assert CheckerSpec() == CheckerSpec("tokens", case_sensitive=True, abs_tol=1e-6, rel_tol=1e-6)


@pytest.mark.parametrize("field", ["abs_tol", "rel_tol"])
@pytest.mark.parametrize("value", [-1e-9, float("nan"), float("inf"), float("-inf")])
def test_a_tolerance_that_is_negative_or_not_finite_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=f"checker {field} is {value}"):
        CheckerSpec("floats", **{field: value})


def test_an_unknown_type_is_refused_and_the_known_ones_are_named():
    with pytest.raises(ValueError, match="'regex' is unknown: use one of exact, lines, tokens"):
        CheckerSpec("regex")  # type: ignore[arg-type]  # what the type checker would refuse


def test_exact_without_case_is_a_contradiction():
    with pytest.raises(ValueError, match="case_sensitive must be true"):
        CheckerSpec("exact", case_sensitive=False)


# --- the rules as tables ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected", "actual", "verdict"),
    [
        pytest.param(EXACT, b"a\n", b"a\n", True, id="exact: the same bytes"),
        pytest.param(EXACT, b"a\n", b"a", False, id="exact: a missing newline"),
        pytest.param(EXACT, b"a", b"a\0", False, id="exact: a trailing NUL"),
        pytest.param(LINES, b"a b\nc", b"a b \t\r\nc\n \n\r\n", True, id="lines: trailing blanks"),
        pytest.param(LINES, b"", b" \r\n\t\n", True, id="lines: nothing but blanks is empty"),
        pytest.param(LINES, b"a", b" a", False, id="lines: a leading blank"),
        pytest.param(LINES, b"a b", b"a  b", False, id="lines: an inner blank"),
        pytest.param(LINES, b"a\n\nb", b"a\nb", False, id="lines: an inner empty line"),
        pytest.param(LINES, b"a", b"\na", False, id="lines: a leading empty line"),
        pytest.param(LINES, b"a\nb", b"a\rb", False, id="lines: CR alone ends no line"),
        pytest.param(LINES, b"a", b"a\v", False, id="lines: VT is content"),
        pytest.param(LINES, b"a", b"a\f", False, id="lines: FF is content"),
        pytest.param(LINES, b"a", b"a\0", False, id="lines: NUL is content"),
        pytest.param(LINES, b"a", b"a\n\0", False, id="lines: a line of NUL is content"),
        pytest.param(LINES, b"a", b"A", False, id="lines: case counts"),
        pytest.param(
            CheckerSpec("lines", case_sensitive=False), b"a B", b"A b", True, id="lines: any case"
        ),
        pytest.param(TOKENS, b"1 2 3\n", b"\t1\r\n2\v\f3", True, id="tokens: all whitespace"),
        pytest.param(TOKENS, b"", b" \n", True, id="tokens: nothing but whitespace is empty"),
        pytest.param(TOKENS, b"1 2", b"12", False, id="tokens: joined"),
        pytest.param(TOKENS, b"1 2", b"2 1", False, id="tokens: another order"),
        pytest.param(TOKENS, b"1 2", b"1", False, id="tokens: one too few"),
        pytest.param(TOKENS, b"1", b"1 1", False, id="tokens: one too many"),
        pytest.param(TOKENS, b"1", b"1.0", False, id="tokens: numbers are text"),
        pytest.param(TOKENS, b"1", b"1\0", False, id="tokens: NUL is content"),
        pytest.param(TOKENS, b"a b", b"a\x1cb", False, id="tokens: U+001C is content"),
        pytest.param(TOKENS, b"a b", b"a\xa0b", False, id="tokens: U+00A0 in Latin-1 is content"),
        pytest.param(TOKENS, b"a b", b"a\xc2\xa0b", False, id="tokens: so it is in UTF-8"),
        pytest.param(TOKENS, b"1", b"\xef\xbb\xbf1", False, id="tokens: a BOM is content"),
        pytest.param(
            TOKENS, "é".encode(), "e\u0301".encode(), False, id="tokens: no Unicode normalisation"
        ),
        pytest.param(TOKENS, b"YES", b"yes", False, id="tokens: case counts"),
        pytest.param(TOKENS_ANY_CASE, b"YES no", b"yes NO", True, id="tokens: any case"),
        pytest.param(TOKENS_ANY_CASE, b"YES", b"no", False, id="tokens: any case, other word"),
        pytest.param(
            TOKENS_ANY_CASE, "É".encode(), "é".encode(), False, id="tokens: ASCII case only"
        ),
        pytest.param(TOKENS_ANY_CASE, b"\xc9", b"\xe9", False, id="tokens: not Latin-1 case"),
        pytest.param(
            TOKENS_ANY_CASE, b"k", "\u212a".encode(), False, id="tokens: the Kelvin sign is no k"
        ),
        pytest.param(UNORDERED_LINES, b"a b\nc\nc", b"c \nc\r\na b\n", True, id="u_lines: order"),
        pytest.param(UNORDERED_LINES, b"a\nc\nc", b"a\na\nc", False, id="u_lines: multiplicity"),
        pytest.param(UNORDERED_LINES, b"a b", b"b a", False, id="u_lines: order in a line counts"),
        pytest.param(UNORDERED_LINES, b"a\n\nb", b"b\na", True, id="u_lines: empty lines do not"),
        pytest.param(UNORDERED_LINES, b"a", b"A", False, id="u_lines: case counts"),
        pytest.param(
            CheckerSpec("unordered_lines", case_sensitive=False),
            b"a\nB",
            b"b\nA",
            True,
            id="u_lines: any case",
        ),
        pytest.param(UNORDERED_TOKENS, b"1 2 2", b"2\n1\n2", True, id="u_tokens: order"),
        pytest.param(UNORDERED_TOKENS, b"1 2 2", b"1 1 2", False, id="u_tokens: multiplicity"),
        pytest.param(UNORDERED_TOKENS, b"1 2 2", b"1 2", False, id="u_tokens: one too few"),
        pytest.param(UNORDERED_TOKENS, b"1 2", b"1 2 3", False, id="u_tokens: one too many"),
        pytest.param(UNORDERED_TOKENS, b"a", b"A", False, id="u_tokens: case counts"),
        pytest.param(
            CheckerSpec("unordered_tokens", case_sensitive=False),
            b"a a",
            b"A a",
            True,
            id="u_tokens: any case",
        ),
    ],
)
def test_text_rules(spec, expected, actual, verdict):
    assert accepted(spec, expected, actual) is verdict


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        # notations of one number
        (b"1", b"1.0", True),
        (b"1", b"+1.", True),
        (b"0.5", b".5", True),
        (b"100", b"1E+2", True),
        (b"0", b"-0.0", True),
        (b"1", b"1e" + b"0" * 1000, True),
        (b"10", b"1e" + b"0" * 1000 + b"1", True),
        # around the tolerances
        (b"0", b"0.000001", True),
        (b"0", b"0.00000100000000000000000000001", False),
        (b"0", b"-0.0000011", False),
        (b"1000000", b"1000001", True),
        (b"1000000", b"999998.99999", False),
        (b"-5", b"5", False),
        # beyond a double
        (b"1e400", b"1.0000001e400", True),
        (b"1e400", b"2e400", False),
        (b"1e400", b"-1e400", False),
        (b"0", b"1e-400", True),
        (b"1", b"1e99999999", False),
        (b"1e99999999", b"1", False),
        (b"1e99999999", b"10e99999998", True),
        (b"0", b"1e-99999999", True),
        # an exponent that is too long makes it text
        (b"1e100000000", b"1e100000000", True),
        (b"1e100000000", b"10e99999999", False),
        (b"0", b"1e-100000000", False),
        (b"1", b"1e" + b"9" * 10_000, False),
        # not a plain decimal number
        (b"10", b"1_0", False),
        (b"16", b"0x10", False),
        (b"16", b"0x1p4", False),
        (b"1", b"1e", False),
        (b"1", b"e1", False),
        (b"1", b"1e+", False),
        (b"1", b"--1", False),
        (b"1", b"+-1", False),
        (b"1", b"1.0.0", False),
        (b"1", b".", False),
        (b"1", b"1f", False),
        (b"1", b"1,0", False),
        (b"1", b"1\0", False),
        (b"1", "\u0661".encode(), False),  # ARABIC-INDIC DIGIT ONE
        (b"1", "\uff11".encode(), False),  # FULLWIDTH DIGIT ONE
        (b"1", b"1/1", False),
        # nan and inf are text
        (b"nan", b"nan", True),
        (b"nan", b"NaN", False),
        (b"nan 1", b"nan 1.0", True),
        (b"nan", b"1", False),
        (b"1", b"nan", False),
        (b"1", b"snan", False),
        (b"inf", b"inf", True),
        (b"inf", b"Infinity", False),
        (b"inf", b"1e999", False),
        (b"1e400", b"inf", False),
        (b"-inf", b"inf", False),
        # words among numbers
        (b"Case 1: 0.5", b"Case 1: .5", True),
        (b"x 0.5", b"y 0.5", False),
        (b"x", b"1", False),
        (b"0.5", b"0.5 0.5", False),
        (b"0.5 0.5", b"0.5", False),
    ],
)
def test_floats_with_the_default_tolerances(expected, actual, verdict):
    assert accepted(FLOATS, expected, actual) is verdict


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        (b"9007199254740993", b"9007199254740992", False),  # one double
        (b"9007199254740993", b"9007199254740993.0", True),
        (b"1" + b"0" * 5000, b"1" + b"0" * 4999 + b"1", False),
        (b"0", b"1e-99999999", False),
        (b"0", b"0e-99999999", True),
        (b"1", b"1." + b"0" * 5000 + b"1", False),
        (b"1", b"0." + b"9" * 5000, False),
        (b"1", b"1." + b"0" * 5000, True),
    ],
)
def test_floats_without_tolerance_are_exact(expected, actual, verdict):
    assert accepted(FLOATS_NO_TOLERANCE, expected, actual) is verdict


def test_a_tolerance_is_the_decimal_number_that_was_written():
    spec = CheckerSpec("floats", abs_tol=0.1, rel_tol=0.0)

    assert accepted(spec, b"0.3", b"0.4")  # 0.4 - 0.3 > 0.1 in doubles
    assert not accepted(spec, b"0.3", b"0.40000000000000000000000000000001")


def test_a_tolerance_may_be_an_integer():
    assert accepted(CheckerSpec("floats", abs_tol=2, rel_tol=0), b"1", b"3")
    assert not accepted(CheckerSpec("floats", abs_tol=2, rel_tol=0), b"1", b"3.1")


def test_either_tolerance_is_enough():
    assert accepted(CheckerSpec("floats", abs_tol=0.0, rel_tol=0.1), b"100", b"110")
    assert accepted(CheckerSpec("floats", abs_tol=10.0, rel_tol=0.0), b"100", b"110")
    assert not accepted(CheckerSpec("floats", abs_tol=9.0, rel_tol=0.09), b"100", b"110")


def test_the_relative_tolerance_is_that_of_the_expected_number():
    spec = CheckerSpec("floats", abs_tol=0.0, rel_tol=0.1)

    assert not accepted(spec, b"100", b"111")
    assert accepted(spec, b"111", b"100")


def test_floats_fold_the_case_of_words_if_asked():
    spec = CheckerSpec("floats", case_sensitive=False)

    assert accepted(spec, b"YES NaN 1e2", b"yes nan 1E2")
    assert not accepted(FLOATS, b"YES", b"yes")


# --- messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected", "actual", "text"),
    [
        (EXACT, b"a\nbc", b"a\nbd", "byte 4 (line 2): expected 'a\\nbc', got 'a\\nbd'"),
        (EXACT, b"a", b"", "byte 1 (line 1): expected 'a', got ''"),
        (LINES, b"a\nb", b"a\nc", "line 2: expected 'b', got 'c'"),
        (LINES, b"a\nb", b"a\n", "line 2: expected 'b', got the end of the output"),
        (LINES, b"a", b"a\nb", "line 2: expected the end of the output, got 'b'"),
        (LINES, b"a", b"a\n\nb", "line 2: expected the end of the output, got ''"),
        (TOKENS, b"1 2 3", b"1\n2 4", "token 3 (line 2): expected '3', got '4'"),
        (TOKENS, b"1 2", b"1\n\n", "token 2 (line 1): expected '2', got the end of the output"),
        (TOKENS, b"1", b"\n1\n\n2", "token 2 (line 4): expected the end of the output, got '2'"),
        (TOKENS_ANY_CASE, b"Yes", b"No", "token 1 (line 1): expected 'Yes', got 'No'"),
        (FLOATS, b"1 0.5", b"1 nan", "token 2 (line 1): expected '0.5', got 'nan'"),
        (UNORDERED_LINES, b"a\nb", b"b\n\nc", "line 3: 'c' is not expected"),
        (UNORDERED_LINES, b"a\nb", b"a\na", "line 2: 'a' is more often than expected"),
        (UNORDERED_LINES, b"a\nb", b"b", "line 'a' is missing (short by 1)"),
        (UNORDERED_TOKENS, b"1 2", b"1\n3", "token 2 (line 2): '3' is not expected"),
        (UNORDERED_TOKENS, b"1 2", b"1\n1", "token 2 (line 2): '1' is more often than expected"),
        (UNORDERED_TOKENS, b"1 2 2 2", b"2 1", "token '2' is missing (short by 2)"),
        (TOKENS, b"x", b"", "token 1 (line 1): expected 'x', got the end of the output"),
    ],
)
def test_the_message_tells_the_place_and_both_sides(spec, expected, actual, text):
    assert compare(spec, expected, actual) == Comparison(accepted=False, message=text)


@pytest.mark.parametrize(
    ("actual", "shown"),
    [
        (b"\x1b[2J\0\x07", "'\\x1b[2J\\x00\\x07'"),
        (b"\xff\xfe", "'\\xff\\xfe'"),
        ("\u202eabc".encode(), "'\\u202eabc'"),  # right-to-left override
        ("\u2028".encode(), "'\\u2028'"),  # line separator
        ("\U000e0041".encode(), "'\\U000e0041'"),  # invisible tag character
        (b"\\x00", "'\\\\x00'"),
        ("héλ你😀".encode(), "'héλ你😀'"),
        (b"\xed\xb2\x80", "'\\xed\\xb2\\x80'"),  # an encoded surrogate is not UTF-8
        (b"y" * 60, f"'{'y' * 60}'"),
        (b"y" * 61, f"'{'y' * 60}…'"),
        (("😀" * 60).encode(), f"'{'😀' * 60}'"),
        (("😀" * 61).encode(), f"'{'😀' * 60}…'"),
        (b"y" * 58 + b"\0", f"'{'y' * 58}…'"),  # an escape is shown whole or not at all
    ],
)
def test_the_message_escapes_what_is_not_printable_and_cuts_what_is_long(actual, shown):
    assert message(TOKENS, b"x", actual) == f"token 1 (line 1): expected 'x', got {shown}"


def test_the_message_shows_the_difference_of_two_long_lines():
    assert message(LINES, b"a" * 1000 + b"b" * 1000, b"a" * 1000 + b"c") == (
        f"line 1: expected '…{'a' * 30}{'b' * 30}…', got '…{'a' * 30}c'"
    )


@pytest.mark.parametrize("tokens_before", [0, 1, 40_000, 100_000])
def test_places_are_right_in_outputs_of_many_blocks(tokens_before):
    before = b"12345\n" * tokens_before

    assert message(TOKENS, before + b"1", before + b"2").startswith(
        f"token {tokens_before + 1} (line {tokens_before + 1}): "
    )
    assert message(LINES, before + b"1", before + b"2").startswith(f"line {tokens_before + 1}: ")


# --- hostile outputs ----------------------------------------------------------------------------

HOSTILE = {
    "nothing": b"",
    "NULs": bytes(HOSTILE_BYTES),
    "digits": b"1" * HOSTILE_BYTES,
    "zeros after the point": b"1." + b"0" * HOSTILE_BYTES,
    "nearly a number": b"1" * HOSTILE_BYTES + b"x",
    "digits of an exponent": b"1e" + b"9" * HOSTILE_BYTES,
    "zeros of an exponent": b"1e" + b"0" * HOSTILE_BYTES + b"x",
    "points": b"." * HOSTILE_BYTES,
    "signs": b"+-" * (HOSTILE_BYTES // 2),
    "one-byte tokens": b"1 " * (HOSTILE_BYTES // 2),
    "newlines and a token": b"\n" * HOSTILE_BYTES + b"1",
    "blanks": b" \t\r" * (HOSTILE_BYTES // 3),
    "blanks before a byte in each line": b"\t \rx\n" * (HOSTILE_BYTES // 5),
    "bytes that are no UTF-8": b"\xed\xa0\x80\xff" * (HOSTILE_BYTES // 4),
    "nested brackets": b"[" * HOSTILE_BYTES,
}


# The limit is many times what is needed, and far below what anything quadratic would take.
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("spec", ALL_SPECS, ids=spec_name)
def test_a_hostile_output_is_refused_in_good_time(spec, name):
    result = compare(spec, b"1.5 2\n3\n", HOSTILE[name])

    assert not result.accepted
    assert len(result.message) < 200


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [name for name, data in HOSTILE.items() if data])
@pytest.mark.parametrize("spec", ALL_SPECS, ids=spec_name)
def test_two_huge_outputs_that_differ_at_the_end_are_compared_in_good_time(spec, name):
    result = compare(spec, HOSTILE[name] + b"x", HOSTILE[name] + b"y")

    assert not result.accepted
    assert len(result.message) < 200


@pytest.mark.timeout(60)
def test_huge_numbers_are_compared_in_good_time():
    digits = b"1" * (16 * MIB)

    assert accepted(FLOATS, digits, digits[:-1] + b"2")
    assert not accepted(FLOATS, digits, digits + b"1")
    assert not accepted(FLOATS, digits + b"e99999999", digits)
    assert not accepted(FLOATS, b"1e99999999", digits)
    assert not accepted(FLOATS_NO_TOLERANCE, b"1", b"1." + digits)


@pytest.mark.parametrize(
    ("kind", "separator"),
    [
        ("lines", b" \n"),
        ("floats", b"\r\n"),
        ("unordered_lines", b" \n"),
        ("unordered_tokens", b"\n"),
        *(("tokens", bytes([byte])) for byte in b" \t\n\r\v\f"),
    ],
)
def test_a_hostile_output_costs_no_memory_beyond_a_few_blocks(kind, separator):
    # The whole output is read. Splitting it at once would take 6 MiB.
    count = 128 * 1024
    expected = b"1234567\n" * count
    actual = (b"1234567" + separator) * count + b"2"
    tracemalloc.start()
    try:
        result = compare(CheckerSpec(kind), expected, actual)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert not result.accepted
    assert peak_bytes < len(actual) + 2 * MIB  # stripping the end may copy the output once


# --- properties ---------------------------------------------------------------------------------


@given(spec=specs, expected=st.binary(), actual=st.binary())
def test_any_bytes_get_a_verdict_and_one_printable_line(spec, expected, actual):
    result = compare(spec, expected, actual)

    assert result.accepted == (result.message == "")
    assert result.message.isprintable()
    assert len(result.message) < 200


@given(spec=specs, data=st.binary())
def test_every_output_equals_itself(spec, data):
    assert accepted(spec, data, bytes(bytearray(data)))


@given(spec=specs, data=outputs)
def test_every_output_equals_itself_with_a_newline_more_but_for_exact(spec, data):
    assert accepted(spec, data, data + b"\n") is (spec.type != "exact")


def model_lines(data: bytes) -> list[bytes]:
    lines = [line.rstrip(b" \t\r") for line in data.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


MODELS: dict[str, Callable[[bytes], object]] = {
    "exact": lambda data: data,
    "lines": model_lines,
    "tokens": bytes.split,
    "unordered_lines": lambda data: sorted(filter(None, model_lines(data))),
    "unordered_tokens": lambda data: sorted(data.split()),
}


@given(
    spec=specs.filter(lambda spec: spec.type != "floats"),
    expected=outputs,
    actual=outputs,
    block_bytes=block_sizes,
)
def test_verdicts_are_those_of_the_plain_models(spec, expected, actual, block_bytes):
    fold = bytes if spec.case_sensitive else bytes.lower
    model = MODELS[spec.type]

    with patch.object(checkers, "_BLOCK_BYTES", block_bytes):
        verdict = accepted(spec, expected, actual)

    assert verdict == (model(fold(expected)) == model(fold(actual)))


@given(
    kind=st.sampled_from(["tokens", "floats", "unordered_tokens"]),
    pairs=st.lists(st.tuples(tokens, whitespace, whitespace)),
    margins=st.tuples(*[whitespace | st.just(b"")] * 2),
    block_bytes=block_sizes,
)
def test_the_layout_never_changes_a_verdict_on_tokens(kind, pairs, margins, block_bytes):
    expected = b"".join(token + space for token, space, _ in pairs)
    actual = margins[0] + b"".join(token + space for token, _, space in pairs) + margins[1]

    with patch.object(checkers, "_BLOCK_BYTES", block_bytes):
        assert accepted(CheckerSpec(kind), expected, actual)
        assert accepted(CheckerSpec(kind), actual, expected)


@given(before=st.lists(tokens), want=tokens, got=tokens, after=st.lists(tokens), layout=st.data())
def test_a_changed_token_always_changes_the_verdict_and_is_found(before, want, got, after, layout):
    assume(want != got)
    spaces = layout.draw(st.lists(whitespace, min_size=len(before), max_size=len(before)))
    lead = b"".join(token + space for token, space in zip(before, spaces, strict=True))
    tail = b" ".join([b"", *after])

    with patch.object(checkers, "_BLOCK_BYTES", layout.draw(block_sizes)):
        found = message(TOKENS, lead + want + tail, lead + got + tail)
        assert not accepted(UNORDERED_TOKENS, lead + want + tail, lead + got + tail)

    line = lead.count(b"\n") + 1
    assert found.startswith(f"token {len(before) + 1} (line {line}): expected ")


@given(items=st.lists(tokens, min_size=1), place=st.data(), spec=specs)
def test_a_token_too_few_or_too_many_is_never_accepted(items, place, spec):
    index = place.draw(st.integers(0, len(items) - 1))
    fewer = items[:index] + items[index + 1 :]

    assert not accepted(spec, b"\n".join(items), b"\n".join(fewer))
    assert not accepted(spec, b"\n".join(fewer), b"\n".join(items))


@given(
    kind_and_separator=st.sampled_from([("unordered_lines", b"\n"), ("unordered_tokens", b" ")]),
    expected=st.lists(st.sampled_from([b"a", b"b", b"a\0", b""]), max_size=6),
    actual=st.lists(st.sampled_from([b"a", b"b", b"a\0", b""]), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_the_order_never_changes_an_unordered_verdict(kind_and_separator, expected, actual, order):
    kind, separator = kind_and_separator
    shuffled = order.sample(actual, len(actual))
    spec = CheckerSpec(kind)

    assert accepted(spec, separator.join(actual), separator.join(shuffled))
    assert accepted(spec, separator.join(expected), separator.join(actual)) == accepted(
        spec, separator.join(expected), separator.join(shuffled)
    )


@given(spec=specs.filter(lambda spec: spec.type != "floats"), left=outputs, right=outputs)
def test_equality_is_symmetric_where_no_tolerance_is_relative(spec, left, right):
    assert accepted(spec, left, right) == accepted(spec, right, left)


@given(spec=specs, data=st.binary())
def test_ascii_case_counts_exactly_if_asked(spec, data):
    swapped = data.swapcase()  # of bytes: ASCII only

    assert accepted(spec, data, swapped) or spec.case_sensitive


@given(items=st.lists(tokens, min_size=1), actual=st.lists(tokens, min_size=1))
def test_floats_accept_whatever_tokens_accept(items, actual):
    expected, got = b" ".join(items), b" ".join(actual)

    assert accepted(FLOATS, expected, got) >= accepted(TOKENS, expected, got)


# --- floats against exact fractions -------------------------------------------------------------

tolerances = st.sampled_from([0.0, 1e-9, 1e-6, 0.1, 0.30000000000000004, 1.0, 1e22, 5e-324])
coefficients = st.integers(-(10**25), 10**25) | st.integers(-20, 20)
exponents = st.integers(-40, 40)


def is_close(expected: Fraction, actual: Fraction, spec: CheckerSpec) -> bool:
    """The rule, in exact arithmetic; a tolerance is the decimal number that its repr shows."""
    tolerance = max(Fraction(repr(spec.abs_tol)), Fraction(repr(spec.rel_tol)) * abs(expected))
    return abs(actual - expected) <= tolerance


@st.composite
def numerals(draw, coefficient: int, exponent: int) -> bytes:
    """One of the many ways to write `coefficient * 10**exponent`."""
    digits = "0" * draw(st.integers(0, 3)) + str(abs(coefficient))
    point = draw(st.integers(0, len(digits)))
    shift = exponent + len(digits) - point
    digits = digits[:point] + "." + digits[point:]
    if draw(st.booleans()):
        digits += "0" * draw(st.integers(0, 3))
    elif point == len(digits) - 1 and draw(st.booleans()):
        digits = digits.removesuffix(".")
    sign = "-" if coefficient < 0 else draw(st.sampled_from(["", "+"]))
    power = f"{draw(st.sampled_from('eE'))}{shift:{draw(st.sampled_from(['d', '+d', '05d']))}}"
    return f"{sign}{digits}{power if shift or draw(st.booleans()) else ''}".encode()


@given(
    data=st.data(),
    expected=st.tuples(coefficients, exponents),
    actual=st.tuples(coefficients, exponents),
    abs_tol=tolerances,
    rel_tol=tolerances,
)
def test_floats_agree_with_fractions(data, expected, actual, abs_tol, rel_tol):
    spec = CheckerSpec("floats", abs_tol=abs_tol, rel_tol=rel_tol)
    want = data.draw(numerals(*expected))
    got = data.draw(numerals(*actual))
    e, a = (Fraction(c) * Fraction(10) ** x for c, x in (expected, actual))

    assert accepted(spec, want, got) == is_close(e, a, spec)


@given(
    coefficient=coefficients,
    exponent=exponents,
    tolerance_digits=st.integers(1, 10**17 - 1),
    tolerance_exponent=st.integers(-30, 3),
    relative=st.booleans(),
    above=st.booleans(),
    nudge=st.integers(-1, 1),
    nudge_exponent=st.integers(-400, -100),
)
@example(3, -1, 1, -1, False, True, 0, -100)
def test_floats_are_right_at_the_very_edge_of_a_tolerance(
    coefficient,
    exponent,
    tolerance_digits,
    tolerance_exponent,
    relative,
    above,
    nudge,
    nudge_exponent,
):
    tolerance = float(f"{tolerance_digits}e{tolerance_exponent}")
    spec = CheckerSpec(
        "floats", abs_tol=0.0 if relative else tolerance, rel_tol=tolerance if relative else 0.0
    )
    e = Fraction(coefficient) * Fraction(10) ** exponent
    edge = Fraction(repr(tolerance)) * (abs(e) if relative else 1)
    a = e + (edge if above else -edge) + nudge * Fraction(10) ** nudge_exponent
    scaled = a * 10**400  # everything above is a whole number of 1e-400
    assert scaled.denominator == 1

    verdict = accepted(spec, b"%de%d" % (coefficient, exponent), b"%de-400" % scaled.numerator)

    assert verdict == is_close(e, a, spec)
    inwards = edge > 0 and (nudge > 0) != above
    assert verdict == (nudge == 0 or inwards)
