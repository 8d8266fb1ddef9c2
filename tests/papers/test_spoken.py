"""The texts for loudspeakers and for Zalo (D8.1c) fit their bounds whatever the case says, and no word of them is cut in two."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.accounts.keys import new_id
from server.papers.compose import compose, sample, shipped
from server.papers.faults import Fault
from server.papers.office_templates import STATE_SAMPLE, preview
from server.papers.spoken import CHARACTERS, LIMITS, WORDS, fitted
from tests.office.ward import open_ward

WORD = st.text("aăâbcđeêghiklmnoôơpqrstuưvxyắềộữ", min_size=1, max_size=12)
SAID = st.lists(WORD, min_size=1, max_size=60).map(" ".join)


def spoken(**other: object) -> dict[str, str]:
    return dict(compose("public_notice", sample("public_notice") | other, STATE_SAMPLE).texts)


@settings(max_examples=80, deadline=None)
@given(SAID, SAID, SAID, st.lists(SAID, min_size=1, max_size=8))
def test_D8_1c_the_texts_fit_and_keep_every_word_whole(title: str, chair: str, place: str, topics: list[str]) -> None:
    texts = spoken(title=title, chair=chair, place=place, topics=topics, link="https://doithoai.bensong.example/cong-khai/hoi-nghi/dt-2027")
    assert len(texts["loudspeaker"].split()) <= WORDS and len(texts["zalo"]) <= CHARACTERS
    own = set(shipped("public_notice").split()) | set(" ".join([title, chair, place, *topics]).split())
    values = " ".join([title, chair, place, *topics]).split()
    for text in texts.values():
        for word in text.split():
            if word.endswith("…"):
                assert word == "…" or word.rstrip("…") in values or any(word.startswith(one) for one in own)
    assert "https://doithoai.bensong.example/cong-khai/hoi-nghi/dt-2027" in texts["zalo"]
    assert "14 tháng 01 năm 2027" in texts["loudspeaker"] and "14/01/2027" in texts["zalo"]


def test_D8_1c_what_fits_is_left_as_it_is_and_else_the_longest_value_gives_up_its_last_items_first() -> None:
    assert "…" not in "".join(spoken().values())
    topics = [f"nội dung thứ {n} về hạ tầng đô thị, môi trường và trật tự" for n in range(1, 12)]
    said = spoken(topics=topics)["loudspeaker"]
    assert len(said.split()) <= WORDS and f"{topics[0]}" in said and "…" in said and topics[-1] not in said
    assert said.endswith("Kính mời bà con tham dự.")


@pytest.mark.parametrize(("name", "own", "fault"), [("loudspeaker", "từ " * 151, "loudspeaker_too_long"), ("zalo", "x" * 501, "zalo_too_long")])
def test_D8_1c_words_of_the_template_are_never_cut_but_refused(name: str, own: str, fault: str) -> None:
    with pytest.raises(Fault) as caught:
        fitted(name, [(own, False), ("giá trị", True)])
    assert caught.value.details["fault"] == fault


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["loudspeaker", "zalo"]), st.lists(st.tuples(SAID | st.text(max_size=700), st.booleans()), max_size=12))
def test_D8_1c_any_text_fits_or_its_own_words_leave_no_room(name: str, pieces: list[tuple[str, bool]]) -> None:
    measure, limit = LIMITS[name]
    least = "".join(said if not value or not said or said.startswith("http") else "…" for said, value in pieces).strip()
    if measure(least) > limit:
        with pytest.raises(Fault):
            fitted(name, pieces)
    else:
        assert measure(fitted(name, pieces)) <= limit


async def test_D8_1c_a_template_whose_text_is_too_long_is_refused_at_its_field(tmp_path: Path) -> None:
    text = shipped("public_notice").replace('zalo: "', 'zalo: "' + "Kính mời bà con. " * 25)
    with pytest.raises(Fault, match="template_unfit"):
        preview("public_notice", text)
    async with open_ward(tmp_path) as ward, ward.browser("admin") as admin:
        refused = await admin.post("/van-phong/mau-van-ban/public_notice", data={"once": new_id(), "text": text, "version": "0"})
        assert refused.status_code == 422 and 'id="fault-text"' in refused.text
        assert "bản tin Zalo dài" in refused.text and "nhiều nhất 500 ký tự" in refused.text
        assert "theo mẫu đi kèm phần mềm" in (await admin.get("/van-phong/mau-van-ban/public_notice")).text
