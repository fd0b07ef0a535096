"""Bounds that a statement names, and which of them inputs meet."""

import re
import unicodedata
from collections.abc import Iterable

# Signs of multiplication: star, letter, middle dot (U+00B7), cross (U+00D7), TeX.
_TIMES = r"(?:\*|x|\u00b7|\u00d7|\\cdot|\\times)"
# No part is without an end, and no number begins within another: statements are strangers' text.
_GAP, _SPACE = r"\s{0,20}", r"\s{1,20}"
_TEN_TO = rf"10{_GAP}(?:\^|\*\*){_GAP}\{{?[0-9]{{1,40}}\}}?"
_DIGITS = (
    r"(?<![0-9,])(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3}){1,9}(?![0-9])|[0-9][0-9,]{0,40})"
)
_NUMBER = rf"(?:-{_GAP})?(?:{_TEN_TO}|{_DIGITS}(?:{_GAP}{_TIMES}{_GAP}{_TEN_TO})?)"
_POWER = re.compile(rf"(-?)(?:([0-9]+){_TIMES})?10(?:\^|\*\*)\{{?([0-9]+)\}}?")
_AT_MOST = r"(?:<=|<|≤|\\leq?|\\lt)"
_CHAIN = re.compile(rf"({_NUMBER}){_GAP}{_AT_MOST}[^.;\n<≤]{{1,60}}?{_AT_MOST}{_GAP}({_NUMBER})")
_SIZE_OF = re.compile(rf"\|[^|\n]{{1,40}}\|\$?{_GAP}{_AT_MOST}{_GAP}\$?({_NUMBER})")
_BETWEEN = re.compile(rf"\bbetween{_SPACE}\$?({_NUMBER})\$?{_SPACE}and{_SPACE}\$?({_NUMBER})")
_UP_TO = re.compile(rf"\b(?:at most|up to|not exceed(?:ing)?){_SPACE}\$?({_NUMBER})")
_LARGEST_EXPONENT = 30
_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")


def bounds_of(statement: str) -> frozenset[int]:
    """The numbers that a statement gives as bounds."""
    statement = _RAISED.sub(
        lambda raised: f"^{unicodedata.normalize('NFKC', raised[0])}", statement
    )
    found = [text for pair in _CHAIN.findall(statement) for text in pair]
    found += [text for pair in _BETWEEN.findall(statement) for text in pair]
    found += _UP_TO.findall(statement)
    sizes = [_value(text) for text in _SIZE_OF.findall(statement)]
    values = [*map(_value, found), *sizes, *(-size for size in sizes if size is not None)]
    return frozenset(value for value in values if value is not None)


def hit(bounds: frozenset[int], inputs: Iterable[bytes]) -> frozenset[int]:
    """Those that occur in inputs: as a number, or as the length of a word or a line."""
    found: set[int] = set()
    wanted = {str(bound).encode(): bound for bound in bounds}
    for data in inputs:
        for line in data.splitlines():
            words = line.split()
            found.update(bounds & {len(words)})
            for word in set(words):
                if word in wanted:
                    found.add(wanted[word])
                elif not word.lstrip(b"-").isdigit():
                    found.update(bounds & {len(word)})
    return frozenset(found)


def _value(text: str) -> int | None:
    plain = re.sub(r"[\s,]", "", text)
    power = _POWER.fullmatch(plain)
    if power is None:
        return int(plain) if re.fullmatch(r"-?[0-9]{1,40}", plain) else None
    sign, factor, exponent = power.groups()
    if int(exponent) > _LARGEST_EXPONENT:
        return None
    value = int(factor or 1) * int("1" + "0" * int(exponent))
    return -value if sign else value
