"""Vietnamese text: folding, order, numbers, likeness."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import Refusal
from moderation.case.text import (
    alike,
    collation,
    fold,
    gist,
    likeness,
    likest,
    name_order,
    phone_number,
    plain,
    spoken_number,
    words,
)

LETTERS = st.text(alphabet="aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ ĐÂĂÊÔƠƯ0159", max_size=40)
ANYTHING = st.text(max_size=60)


@given(ANYTHING)
def test_folding_again_changes_nothing_and_leaves_no_mark(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert not any(unicodedata.category(c) == "Mn" for c in folded)
    assert "đ" not in folded


@given(LETTERS)
def test_composed_and_decomposed_text_is_the_same_text(text: str) -> None:
    apart, together = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)
    assert fold(apart) == fold(together)
    assert plain(apart) == plain(together)
    assert collation(apart) == collation(together)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hòa", "hoà"), ("Đường  Trần Phú", "duong tran phu"), ("Hường", "Hu\u031b\u0300o\u031bng".replace("u\u031b\u0300o\u031b", "ươ\u0300"))],
)
def test_what_is_searched_for_alike_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_the_alphabet_comes_before_the_tones() -> None:
    given = ["đào", "dương", "hoà", "hoa", "ạ", "á", "ã", "ả", "à", "a", "ă", "â", "b", "quận Đồ Sơn", "quận Dương Kinh"]
    assert sorted(given, key=collation) == [
        "a",
        "à",
        "ả",
        "ã",
        "á",
        "ạ",
        "ă",
        "â",
        "b",
        "dương",
        "đào",
        "hoa",
        "hoà",
        "quận Dương Kinh",
        "quận Đồ Sơn",
    ]


@given(st.lists(LETTERS, max_size=8).flatmap(lambda texts: st.tuples(st.permutations(texts), st.permutations(texts))))
def test_sorting_is_the_same_from_any_order(orders: tuple[list[str], list[str]]) -> None:
    one, other = orders
    assert [collation(t) for t in sorted(one, key=collation)] == [collation(t) for t in sorted(other, key=collation)]


def test_people_are_listed_by_given_name_then_family_then_middle() -> None:
    people = ["Trần Thị Bình", "Nguyễn Văn An", "Lê Thị An", "Nguyễn Bá An", "Đỗ Đức Anh", "Phạm Ánh"]
    assert sorted(people, key=name_order) == ["Lê Thị An", "Nguyễn Bá An", "Nguyễn Văn An", "Đỗ Đức Anh", "Phạm Ánh", "Trần Thị Bình"]
    assert name_order("") < name_order("An")


@pytest.mark.parametrize(("typed", "kept"), [("0912 345 678", "+84912345678"), ("+84 912.345.678", "+84912345678"), ("84912345678", "+84912345678"),
                                             ("0225-3842-123", "+842253842123"), ("０９１２３４５６７８", "+84912345678")])  # fmt: skip
def test_telephone_numbers_are_kept_as_the_world_writes_them(typed: str, kept: str) -> None:
    assert phone_number(typed) == kept
    assert phone_number(spoken_number(kept)) == kept


@given(st.text(alphabet="0123456789+ .-ax", max_size=16))
def test_a_number_is_kept_whole_or_refused(typed: str) -> None:
    try:
        kept = phone_number(typed)
    except Refusal:
        return
    assert kept.startswith("+84") and 12 <= len(kept) <= 13 and kept[1:].isdecimal()


def test_what_is_no_number_is_refused() -> None:
    for typed in ("", "không có", "12", "0112345678", "+1 202 555 0100", "0912 345 678 9"):
        with pytest.raises(Refusal, match="phone_unfit"):
            phone_number(typed)


@given(ANYTHING, ANYTHING)
def test_likeness_is_symmetric_and_within_bounds(one: str, other: str) -> None:
    degree = likeness(one, other)
    assert degree == likeness(other, one)
    assert 0.0 <= degree <= 1.0


@given(LETTERS.filter(lambda t: bool(words(fold(t)))))
def test_a_text_is_wholly_like_itself_without_its_marks(text: str) -> None:
    assert likeness(text, fold(text).upper()) == pytest.approx(1.0)


def test_the_same_question_in_other_words_is_found_before_another_question() -> None:
    rubbish = "Điểm tập kết rác đầu phố Hoa Gạo bốc mùi, xe thu gom thường đến sau 21 giờ. Đề nghị đổi giờ thu gom."
    again = "de nghi doi gio thu gom rac o pho Hoa Gao, diem tap ket boc mui"
    drains = "Ngõ 12 phố Cầu Mây ngập sâu sau mỗi trận mưa vì cống thoát nước cũ."
    assert likeness(rubbish, again) > 0.5 > 0.3 > likeness(drains, again)
    assert likest(again, [("b", gist(drains)), ("a", gist(rubbish))]) == [("a", likeness(rubbish, again))]
    assert likest("", [("a", gist(rubbish))]) == []


def test_nothing_shared_is_nothing_alike() -> None:
    assert alike(gist("cống thoát nước"), gist("trường mầm non")) == 0.0
