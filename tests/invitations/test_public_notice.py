"""Telling the public (Art. 8.1): on which channel, when, with what proof; the texts to publish; and the public pages, which name nobody."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from moderation import Refusal
from server.accounts.keys import new_id
from server.conferences.gates import gates
from server.conferences.tables import conference, participant
from server.files.store import Store
from server.invitations import recipients
from server.invitations.announcing import AnnouncementForm, announce, composed, lengths, told_in_time
from server.invitations.recipients import Guest
from tests.office.ward import CASE, Ward

HERE = f"/van-phong/hoi-nghi/{CASE}/moi-va-thong-bao"
OURS, LAW = "QD-1155-QD-TU", "LUAT-72-2025-D43"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#9cf").save(out, "JPEG")
    return out.getvalue()


async def test_D8_1c_without_a_channel_the_gate_is_red_once_the_day_has_passed(ward: Ward) -> None:
    def notice() -> str:
        with ward.work() as w:
            return next(one for one in gates(w, CASE) if one.key == "notice").state

    ward.at("2027-01-05")
    assert notice() == "open"
    ward.at("2027-01-06")
    assert notice() == "late"
    with ward.work() as w:
        assert {one.clock: one.in_time for one in told_in_time(w, CASE)} == {OURS: False, LAW: None}
    with ward.work("van-phong") as w:
        form = AnnouncementForm(channel="posted", day=date(2027, 1, 6), hour="07:30", url="https://bensong.example/a")
        announce(w, CASE, form, Store(ward.settings.data_dir / "files"), None)
        assert {one.clock: one.in_time for one in told_in_time(w, CASE)} == {OURS: False, LAW: True}
    assert notice() == "done"


async def test_D8_1c_a_publication_is_kept_with_its_proof(ward: Ward) -> None:
    ward.at("2027-01-04")
    async with ward.browser("van-phong") as browser:
        form = {"once": new_id(), "channel": "loudspeaker", "day": "2027-01-04", "hour": "08:30"}
        bare = await browser.post(f"{HERE}/cong-bo", data=form)
        assert bare.status_code == 422 and "Cần địa chỉ trang đã đăng" in bare.text
        no_picture = await browser.post(f"{HERE}/cong-bo", data=form, files={"file": ("a.jpg", b"not a picture", "image/jpeg")})
        assert no_picture.status_code == 422
        kept = await browser.post(f"{HERE}/cong-bo", data=form, files={"file": ("ảnh loa.jpg", picture(), "image/jpeg")})
        assert kept.status_code == 303
        page = (await browser.get(HERE)).text
        assert "ảnh loa.jpg" in page and "08:30, 04/01/2027" in page
        address = page.partition(f'href="{HERE}/cong-bo/')[2].partition('"')[0]
        proof = await browser.get(f"{HERE}/cong-bo/{address}")
        assert proof.headers["content-type"] == "image/jpeg" and "attachment" in proof.headers["content-disposition"]
        assert (await browser.get(f"{HERE}/cong-bo/{address[:-1]}7")).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"channel": "fax"}, "channel_unknown"),
        ({"url": "javascript:alert(1)"}, "url_unfit"),
        ({"url": ""}, "proof_missing"),
        ({"day": date(2027, 1, 20)}, "day_to_come"),
    ],
)
async def test_what_proves_nothing_is_refused(ward: Ward, change: dict[str, object], code: str) -> None:
    given = {"channel": "website", "day": date(2026, 12, 14), "hour": "08:00", "url": "https://bensong.example/a", **change}
    with pytest.raises(Refusal, match=code), ward.work("van-phong") as w:
        announce(w, CASE, AnnouncementForm.model_validate(given), Store(ward.settings.data_dir / "files"), None)


async def test_the_short_texts_keep_within_their_lengths(ward: Ward) -> None:
    with ward.work() as w:
        texts = composed(w, CASE, "public_notice", "https://doithoai.example.vn").texts
    measured = lengths(texts)
    assert 40 < measured["loudspeaker"] <= 150 and 80 < measured["zalo"] <= 500
    assert "14/01/2027" in texts["zalo"] and "đến hết ngày 30/12/2026" in texts["zalo"]
    assert "đến hết ngày 30 tháng 12 năm 2026" in texts["loudspeaker"]
    assert "đường dây nóng Văn phòng HĐND và UBND phường" in texts["loudspeaker"]
    async with ward.browser("van-phong") as browser:
        poster = await browser.get(f"{HERE}/ap-phich.pdf")
        assert poster.status_code == 200 and poster.content.startswith(b"%PDF-")
        assert (await browser.post(f"{HERE}/soan-thong-bao", data={"once": new_id()})).status_code == 303


async def test_the_public_pages_show_what_was_approved_and_name_nobody(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        recipients.add(w, CASE, [Guest("Bà Nguyễn Thị Ước", "Tổ 2", "uoc@example.vn")])
        names = {row.name for row in w.db.execute(select(participant.c.name).where(participant.c.role == "citizen"))} | {
            "Bà Nguyễn Thị Ước",
            "uoc@example.vn",
        }
    async with ward.browser() as browser:
        listed, shown = (await browser.get("/cong-khai")).text, (await browser.get(f"/cong-khai/hoi-nghi/{CASE}")).text
        assert "phường Bến Sông" in listed and f"/cong-khai/hoi-nghi/{CASE}" in listed
        assert all(
            word in shown
            for word in ("14/01/2027", "Hội trường UBND phường Bến Sông", "Nhà văn hóa Tổ dân phố số 4", "Chủ tịch UBND phường Bến Sông")
        )
        assert not [name for name in names if name in shown + listed]
        with ward.work() as w:
            w.change(conference, CASE, approved_at=None)
        assert (await browser.get(f"/cong-khai/hoi-nghi/{CASE}")).status_code == 404
        assert f"/cong-khai/hoi-nghi/{CASE}" not in (await browser.get("/cong-khai")).text


async def test_D6_2a_the_topics_and_the_purpose_are_told(ward: Ward) -> None:
    async with ward.browser() as browser:
        shown = (await browser.get(f"/cong-khai/hoi-nghi/{CASE}")).text
    assert all(topic in shown for topic in ward.example["conference"]["topics"])
    assert "Mục đích" in shown and "Quyền và trách nhiệm" in shown
