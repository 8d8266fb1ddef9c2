"""Vietnamese text: folding for search, the order of the alphabet and of names, telephone numbers, masks, and how much alike two texts are.

Everything here takes text in NFC or NFD alike: "Hường" typed either way is the same person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from moderation.kernel import Refusal

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""The letters in order; f, j, w and z stand where the Latin alphabet has them."""

TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Tone marks in order after the unmarked tone: huyền, hỏi, ngã, sắc, nặng."""

_PLACE = {letter: place for place, letter in enumerate(ALPHABET, start=1)}
_WORD = re.compile(r"[^\W_]+")
_MOBILE = re.compile(r"\+84[35789]\d{8}")
_FIXED = re.compile(r"\+842\d{9}")

Key = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""A sort key: the letters first, then the tones, then capitals."""


def fold(text: str) -> str:
    """The text for searching: small letters without marks, đ as d, one space between words. "Hòa" and "Hoà" both give "hoa"."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return " ".join(bare.replace("đ", "d").replace("Đ", "d").lower().split())


def plain(text: str) -> str:
    """The text for matching with its tones: NFC, small letters, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def words(text: str) -> list[str]:
    """Words and numbers of a text, without what stands between them."""
    return _WORD.findall(text)


def collation(text: str) -> Key:
    """The key by which Vietnamese texts are sorted: by alphabet, then by tone, then small before capital. What is no letter comes first."""
    letters: list[int] = []
    tones: list[int] = []
    capitals: list[int] = []
    for character in unicodedata.normalize("NFC", text):
        base, tone = _without_tone(character.lower())
        place = _PLACE.get(base)
        letters.append(ord(base[0]) - 0x11_0000 if place is None and not base.isalpha() else place or ord(base[0]) + len(_PLACE))
        tones.append(tone)
        capitals.append(int(character.isupper()))
    return tuple(letters), tuple(tones), tuple(capitals)


def name_order(name: str) -> tuple[Key, Key, Key]:
    """The key by which people are listed: by given name (the last word), then family name, then what stands between them."""
    parts = name.split()
    given, family, middle = (parts[-1], parts[0], " ".join(parts[1:-1])) if parts else ("", "", "")
    return collation(given), collation(family), collation(middle)


def _without_tone(letter: str) -> tuple[str, int]:
    tone = 0
    kept: list[str] = []
    for character in unicodedata.normalize("NFD", letter):
        if character in TONES:
            tone = TONES.index(character) + 1
        else:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)) or letter, tone


# --- telephone numbers and masks ---------------------------------------------------------------------------------------------------


def phone_number(typed: str) -> str:
    """A Vietnamese telephone number as E.164 (+84…), from 0… or +84… with any spaces, dots or dashes (raises `Refusal` phone_unfit)."""
    digits = re.sub(r"[\s.\-()\u2010-\u2015]", "", unicodedata.normalize("NFKC", typed))
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise Refusal("phone_unfit", field="phone")
    number = digits if digits.startswith("+") else f"+84{digits[1:]}" if digits.startswith("0") else f"+{digits}"
    if not (_MOBILE.fullmatch(number) or _FIXED.fullmatch(number)):
        raise Refusal("phone_unfit", field="phone")
    return number


def spoken_number(number: str) -> str:
    """An E.164 number as people write it: 0912 345 678."""
    if not number.startswith("+84"):
        return number
    home = f"0{number[3:]}"
    return f"{home[:4]} {home[4:7]} {home[7:]}".strip()


# --- likeness ------------------------------------------------------------------------------------------------------------------

COMMON = frozenset(
    fold(
        "và của là có cho các những được bị đã đang sẽ thì mà ở tại trong ngoài trên dưới từ đến về với khi nào này đó kia đề nghị kiến phường xã xin mong"
        " cần phải rất quá còn không chưa hay do vì nên để người dân bà con chúng tôi ông anh chị"
    ).split()
)
"""Folded words that say little about what a petition is about."""

Gist = tuple[frozenset[str], frozenset[tuple[str, str]]]
"""What of a text is compared: its telling words, and pairs of neighbours."""


def gist(text: str) -> Gist:
    """What of a text is compared. Made once per text, compared often."""
    all_words = words(fold(text))
    telling = [word for word in all_words if word not in COMMON] or all_words
    return frozenset(telling), frozenset(pairwise(telling))


def alike(one: Gist, other: Gist) -> float:
    """From 0 (nothing in common) to 1 (the same): shared words and shared pairs of words. A short text that stands whole in a longer one counts as rather
    like it, since it is compared while it is still being typed."""
    shared = len(one[0] & other[0])
    if not shared:
        return 0.0
    contained = shared / min(len(one[0]), len(other[0]))
    pairs = _dice(one[1], other[1]) if one[1] or other[1] else 1.0
    return (_dice(one[0], other[0]) + pairs + contained) / 3 if one != other else 1.0


def likeness(one: str, other: str) -> float:
    """How much alike two texts are, from 0 to 1, whatever their marks and capitals."""
    return alike(gist(one), gist(other))


def _dice(one: frozenset[object], other: frozenset[object]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def likest(text: str, others: Sequence[tuple[str, Gist]], most: int = 5, least: float = 0.3) -> list[tuple[str, float]]:
    """The ids of the texts that are most like this one, likest first, with their likeness."""
    mine = gist(text)
    found = [(id, alike(mine, theirs)) for id, theirs in others]
    return sorted(((id, degree) for id, degree in found if degree >= least), key=lambda pair: (-pair[1], pair[0]))[:most]
