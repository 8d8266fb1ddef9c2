"""What a text holds that nobody sees: characters that turn the direction of what is around them, that make two texts differ which look the same, or a
name that looks like none."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_NOTHING = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]")
"""Drawn as nothing although they count as letters, marks or pictures (Unicode's Default_Ignorable_Code_Point, and the blank of Braille), or no
characters at all."""

_JOINER, _TEXT_STYLE, _PICTURE_STYLE, _KEYCAP = "\u200d", "\ufe0e", "\ufe0f", "\u20e3"

STACKED = 4
"""Marks that may stand on one letter; more of them run over the lines around."""


def seen(text: str) -> str:
    """The text in NFC, without what is not seen and with no more marks on a letter than any language writes. What joins two pictures of an emoji, or
    says its style, stays."""
    if text.isascii():
        return text
    kept: list[str] = []
    for character, after in pairwise(text + " "):
        if not _is_nothing(character) or _belongs(kept, character, after):
            kept.append(character)
    return _with_few_marks(unicodedata.normalize("NFC", "".join(kept)))


def _belongs(before: list[str], character: str, after: str) -> bool:
    """Whether the character belongs to a picture: joins the one before it to the one after it, or says how it is drawn."""
    last = before[-1] if before else ""
    if character == _JOINER:
        return (last == _PICTURE_STYLE or _is_picture(last)) and _is_picture(after)
    return character in (_TEXT_STYLE, _PICTURE_STYLE) and (_is_picture(last) or after == _KEYCAP)


def _is_nothing(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or _NOTHING.match(character) is not None


def _is_picture(character: str) -> bool:
    return character != "" and unicodedata.category(character) in ("So", "Sk") and not _is_nothing(character)


def _with_few_marks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= STACKED:
            kept.append(character)
    return "".join(kept)
