"""The catalogue of everything the product says, Vietnamese first, English second: `web/i18n/LANGUAGE/*.json`,
flat keys `area.name`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from server.settings import Language

FOLDER = Path(__file__).resolve().parent.parent / "web" / "i18n"
LANGUAGES: tuple[Language, ...] = get_args(Language)
_PLACE = re.compile(r"\{(\w+)\}")


class DoubledText(ValueError):
    """Two files of one language say the same key, or one file says it twice."""


@cache
def catalogue(lang: Language) -> Mapping[str, str]:
    """All texts of a language by key, merged from its files (raises `DoubledText`)."""
    texts: dict[str, str] = {}

    def merge(pairs: list[tuple[str, str]]) -> None:
        for key, text in pairs:
            if key in texts:
                raise DoubledText(f"{lang}: {key}")
            texts[key] = text

    for path in sorted((FOLDER / lang).glob("*.json")):
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=merge)
    return MappingProxyType(texts)


@cache
def part(lang: Language, *names: str) -> Mapping[str, str]:
    """The texts of some files alone: what the scripts of a page say."""
    return MappingProxyType(
        {key: text for name in names for key, text in json.loads((FOLDER / lang / f"{name}.json").read_text(encoding="utf-8")).items()}
    )


def places(text: str) -> frozenset[str]:
    """Names of the `{places}` in a text that details fill."""
    return frozenset(_PLACE.findall(text))


def t(lang: Language, key: str, **details: Any) -> str:
    """The text of `key` with its `{places}` filled from `details`, inserted literally: what a person typed is
    never a template.

    A key that the language lacks is said in Vietnamese, and one that no language has as the key itself, since
    a room in session is better served by an odd word than by a failure; the tests refuse both.
    """
    text = catalogue(lang).get(key) or catalogue("vi").get(key) or key
    return _PLACE.sub(lambda place: str(details.get(place[1], place[0])), text)


def chosen_language(chosen: str | None, default: Language = "vi") -> Language:
    """The language somebody chose (a cookie, a message), if we have it."""
    return next((lang for lang in LANGUAGES if lang == chosen), default)
