"""The catalogue: everything said in one language is said in the other, and Vietnamese is written as it should be."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from server import i18n
from server.i18n import DoubledText, catalogue, chosen_language, places, t
from server.settings import Language


def test_both_languages_say_the_same_things_with_the_same_details() -> None:
    vi, en = catalogue("vi"), catalogue("en")
    assert vi.keys() == en.keys()
    assert {key: places(text) for key, text in vi.items()} == {key: places(text) for key, text in en.items()}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_text_is_fit_to_show(lang: Language) -> None:
    for key, text in catalogue(lang).items():
        assert "." in key, key
        assert text == text.strip(), key
        assert text, key
        assert unicodedata.is_normalized("NFC", text), key
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cn") for character in text), key


def test_people_are_addressed_in_one_way() -> None:
    """As offices write to citizens: ông/bà, in this form alone."""
    other = re.compile(r"\bbạn\b|quý (vị|ông|bà|khách)|ông \(bà\)|ông, bà|anh/chị|cô/chú", re.IGNORECASE)
    assert {key: text for key, text in catalogue("vi").items() if other.search(text)} == {}


def test_every_refusal_of_the_doors_has_a_sentence() -> None:
    from server.errors import STATUS

    assert {f"refusal.{code}" for code in STATUS} <= set(catalogue("vi"))


def test_details_are_inserted_literally() -> None:
    said = t("vi", "refusal.login_taken", login="{login} {0} {{7*7}} \\1")
    assert said == "Tên đăng nhập “{login} {0} {{7*7}} \\1” đã có người dùng."
    assert t("en", "refusal.too_many_tries") == "Too many tries. Please try again in {retry_after} seconds."
    assert t("en", "no.such_key") == "no.such_key"


def test_a_key_said_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "a.json").write_text('{"x.y": "1"}', encoding="utf-8")
    (tmp_path / "vi" / "b.json").write_text('{"x.y": "2"}', encoding="utf-8")
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    with pytest.raises(DoubledText):
        catalogue.__wrapped__("vi")
    (tmp_path / "vi" / "b.json").write_text('{"z.y": "2", "z.y": "3"}', encoding="utf-8")
    with pytest.raises(DoubledText):
        catalogue.__wrapped__("vi")


@pytest.mark.parametrize(("chosen", "language"), [(None, "vi"), ("", "vi"), ("vi", "vi"), ("en", "en"), ("xx", "vi"), ("en\x00", "vi")])
def test_a_page_speaks_vietnamese_until_its_reader_chooses_otherwise(chosen: str | None, language: Language) -> None:
    assert chosen_language(chosen) == language
