"""The pages of petitions over HTTP: the public form, following by code, the office's forms."""

from __future__ import annotations

import asyncio
import io
import re

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select

from moderation.case.stages import Stage
from server.conferences.tables import conference
from server.invitations.tables import invitation
from server.petitions.answering import check, draft
from server.petitions.assigning import Assignment, assign
from server.petitions.tables import petition, petition_answer, petition_file, petition_proposal
from server.petitions.tracking import give_code
from tests.office.ward import CASE, Ward
from tests.petitions.seeding import seed_petitions
from tests.petitions.slips import DRAINS, DRAINS_AGAIN, FORM, accept, at_home, store, take

pytestmark = pytest.mark.asyncio(loop_scope="module")
HERE = f"/van-phong/hoi-nghi/{CASE}/kien-nghi"
FILES = {"files": ("", b"")}
"""A form with an empty field for files, as browsers send it."""


async def once(browser: httpx.AsyncClient, path: str) -> str:
    """The form's own number."""
    found = re.search(r'name="once" value="([0-9a-f]+)"', (await browser.get(path)).text)
    assert found, path
    return found[1]


def count(ward: Ward) -> int:
    with ward.work() as w:
        return w.db.scalar(select(func.count()).select_from(petition)) or 0


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40)).save(out, "JPEG")
    return out.getvalue()


async def test_D12_1_anybody_sends_a_petition_and_follows_it_by_the_code_of_the_receipt(ward: Ward) -> None:
    async with at_home(ward) as browser:
        assert f"/y-kien/{CASE}" in (await browser.get("/y-kien")).text
        number = await once(browser, f"/y-kien/{CASE}")
        sent = await browser.post(f"/y-kien/{CASE}", data={**FORM, "once": number}, files={"files": ("ảnh.jpg", picture())})
        again = await browser.post(f"/y-kien/{CASE}", data={**FORM, "once": number}, files=FILES)
        code = re.search(r"data-code>([A-Z0-9]{5}-[A-Z0-9]{5})<", sent.text)
        assert code and code[1] in again.text
        followed = await browser.post("/theo-doi", data={"code": code[1].lower()})
        wrong = await browser.post("/theo-doi", data={"code": "ABCDE-FGHJK"})
    assert (sent.status_code, again.status_code, followed.status_code, wrong.status_code) == (200, 200, 200, 422)
    assert "Không có ý kiến nào có mã này" in wrong.text
    assert DRAINS in followed.text and "Ý kiến đã được nhận, đang chờ phân loại." in followed.text
    assert count(ward) == 1
    with ward.work() as w:
        row = w.db.execute(select(petition)).mappings().one()
        assert w.db.scalar(select(petition_file.c.name)) == "ảnh.jpg"
    assert (row["source"], row["keyed_by"], row["declared"]) == ("web_form", "", True)
    assert row["notice_seen_at"] is not None
    assert code[1].replace("-", "").encode() not in row["tracking_hash"]


async def test_D12_3_the_form_comes_back_with_what_was_typed_when_the_declaration_lacks(ward: Ward) -> None:
    async with at_home(ward) as browser:
        number = await once(browser, f"/y-kien/{CASE}")
        answer = await browser.post(f"/y-kien/{CASE}", data={**{k: v for k, v in FORM.items() if k != "declared"}, "once": number}, files=FILES)
    assert answer.status_code == 422
    assert "Cần cam kết chịu trách nhiệm" in answer.text and DRAINS in answer.text
    assert count(ward) == 0


async def test_the_notice_stands_on_the_form_and_nothing_is_ticked_beforehand(ward: Ward) -> None:
    async with at_home(ward) as browser:
        page = (await browser.get(f"/y-kien/{CASE}")).text
    assert "Hội nghị được ghi âm, ghi hình" in page and "chỉ dùng để tổng hợp, trả lời ý kiến" in page
    assert not re.search(r'type="checkbox"[^>]* checked', page)
    assert re.findall(r'type="radio" name="results_by" value="(\w*)" checked', page) == [""]


async def test_a_program_that_fills_what_nobody_sees_is_refused(ward: Ward) -> None:
    async with at_home(ward) as browser:
        answer = await browser.post(f"/y-kien/{CASE}", data={**FORM, "homepage": "http://example.org"}, files=FILES)
    assert answer.status_code == 422
    assert count(ward) == 0


async def test_outside_the_time_for_collecting_nothing_is_taken(ward: Ward) -> None:
    ward.at("2026-12-31")
    async with at_home(ward) as browser:
        assert (await browser.get(f"/y-kien/{CASE}")).status_code == 409
        assert f"/y-kien/{CASE}" not in (await browser.get("/y-kien")).text
        assert (await browser.post(f"/y-kien/{CASE}", data=FORM, files=FILES)).status_code == 409
    with ward.work() as w:
        w.db.execute(conference.update().values(stage=Stage.DRAFT.value))
    async with at_home(ward) as browser:
        assert (await browser.get(f"/y-kien/{CASE}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [
        ("name", "x" * 10_000, 422),
        ("name", " \u200b ", 422),
        ("name", "\u202eHoa", 200),
        ("name", "Nguyễn\0Hoa", 422),
        ("name", "<script>alert(1)</script>", 200),
        ("name", "{{7*7}}", 200),
        ("content", "=1+1\r\n%0d%0aBcc: a@example.org", 200),
        ("content", "א" * 4_000, 200),
        ("content", "x" * 8_001, 422),
        ("email", "a@b.vn\r\nBcc: c@example.org", 422),
        ("phone", "không có", 422),
        ("birth_year", "1961.5", 422),
        ("birth_year", "1850", 422),
        ("field", "../etc", 422),
        ("basis", "nowhere", 422),
        ("households", "-3", 422),
    ],
)
async def test_whatever_is_typed_is_taken_as_text_or_refused_with_a_sentence(ward: Ward, name: str, typed: str, status: int) -> None:
    async with at_home(ward) as browser:
        answer = await browser.post(f"/y-kien/{CASE}", data={**FORM, name: typed}, files=FILES)
        assert answer.status_code == status
        assert count(ward) == (status == 200)
    async with ward.browser("tong-hop") as browser:
        page = (await browser.get(HERE)).text
    assert "<script>alert" not in page and ">49<" not in page and "\u202e" not in page


async def test_whoever_sends_without_end_is_told_to_wait_and_others_are_not(ward: Ward) -> None:
    async with at_home(ward, "10.1.1.1") as browser, at_home(ward, "10.1.1.2") as neighbour:
        answers = [await browser.post(f"/y-kien/{CASE}", data=FORM, files=FILES) for _ in range(13)]
        other = await neighbour.post(f"/y-kien/{CASE}", data=FORM, files=FILES)
        codes = [await browser.post("/theo-doi", data={"code": "ABCDE-FGHJK"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 12 + [422]
    assert "Ông/bà đã thử quá nhiều lần" in answers[-1].text
    assert other.status_code == 200
    assert "Không có ý kiến nào có mã này" in codes[9].text and "Không có ý kiến nào có mã này" not in codes[10].text


async def test_a_field_that_is_not_asked_for_is_refused(ward: Ward) -> None:
    async with at_home(ward) as browser:
        answer = await browser.post(f"/y-kien/{CASE}", data={**FORM, "state": "released"}, files=FILES)
    assert answer.status_code == 422
    assert count(ward) == 0


async def test_a_bad_file_leaves_neither_a_petition_nor_a_file(ward: Ward) -> None:
    before = sorted(store(ward).folder.rglob("*"))
    async with at_home(ward) as browser:
        for content in (b"<svg onload='x'/>", b"\xff\xd8\xff broken", b"PK\x03\x04"):
            answer = await browser.post(f"/y-kien/{CASE}", data=FORM, files={"files": ('"><svg onload=x>.jpg', content)})
            assert answer.status_code == 422
    assert count(ward) == 0
    assert sorted(store(ward).folder.rglob("*")) == before


async def test_fifty_copies_of_one_form_at_once_are_one_petition(ward: Ward) -> None:
    async with at_home(ward) as browser:
        number = await once(browser, f"/y-kien/{CASE}")
        answers = await asyncio.gather(*(browser.post(f"/y-kien/{CASE}", data={**FORM, "once": number}, files=FILES) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert count(ward) == 1


async def test_D8_2a_the_desk_keys_one_slip_after_the_other(ward: Ward) -> None:
    slip = {**FORM, "source": "on_behalf", "source_detail": "Tổ trưởng Tổ dân phố số 4", "received_on": "18/12/2026", "code": "abcde fghjk"}
    async with ward.browser("dc-02") as browser:
        answer = await browser.post(f"{HERE}/phieu", data=slip, files=FILES)
        on = await browser.get(answer.headers["location"])
    assert answer.status_code == 303
    assert "Đã nhận YK-0001." in on.text and "Tổ trưởng Tổ dân phố số 4" in on.text
    async with at_home(ward) as browser:
        assert DRAINS in (await browser.post("/theo-doi", data={"code": "ABCDE-FGHJK"})).text
    async with ward.browser("kthtdt") as browser:
        assert (await browser.post(f"{HERE}/phieu", data=slip, files=FILES)).status_code == 403
    assert count(ward) == 1


async def test_D8_2b_likely_duplicates_come_while_one_types(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id = take(w, ward)
    async with ward.browser("tong-hop") as browser:
        found = (await browser.post(f"{HERE}/giong", data={"text": DRAINS_AGAIN})).json()
        assert [(one["code"], one["path"]) for one in found] == [("YK-0001", f"{HERE}/{id}")]
        assert (await browser.post(f"{HERE}/giong", data={"text": ""})).json() == []
    async with at_home(ward) as browser:
        assert (await browser.post(f"{HERE}/giong", data={"text": DRAINS_AGAIN})).status_code == 401


async def test_triage_goes_on_to_the_next_one(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        first, second = take(w, ward), take(w, ward, content="Việc khác hẳn")
    async with ward.browser("tong-hop") as browser:
        begin = await browser.get(f"{HERE}/phan-loai")
        assert begin.headers["location"] == f"{HERE}/{first}/phan-loai?tiep=1"
        decided = {"kind": "in_scope", "field": "moi_truong", "shown_as": "Công dân Tổ dân phố số 5", "version": "1", "next": "1"}
        on = await browser.post(f"{HERE}/{first}/phan-loai", data=decided)
        on = await browser.get(on.headers["location"])
        assert on.headers["location"] == f"{HERE}/{second}/phan-loai?tiep=1"
        stale = await browser.post(f"{HERE}/{first}/phan-loai", data={**decided, "summary": "Chữ vừa gõ"})
        elsewhere = await browser.post(f"{HERE}/{second}/phan-loai", data={**decided, "kind": "complaint"})
    assert stale.status_code == 422 and "Chữ vừa gõ" in stale.text
    assert elsewhere.status_code == 422 and "Cần ghi nơi nhận" in elsewhere.text


async def test_from_the_assignment_to_the_release_by_the_pages(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id, other = take(w, ward), take(w, ward, content=DRAINS_AGAIN)
        accept(w, id)
    this = f"{HERE}/{id}"
    async with ward.browser("tong-hop") as browser:
        assert "YK-0002" in (await browser.get(f"{this}/gop")).text
        assert (await browser.post(f"{this}/gop", data={"others": other})).status_code == 303
        assert "2 ý kiến cùng nội dung" in (await browser.get(this)).text
        assert (await browser.post(f"{HERE}/{other}/tach")).status_code == 303
        assert (await browser.post(f"{this}/phan-cong", data={"lead": "kthtdt", "version": "2"})).status_code == 403
    async with ward.browser("mttq") as browser:
        assert (await browser.post(f"{this}/de-xuat", data={"proposed_lead": "vhxh", "note": "Đề nghị"})).status_code == 303
        assert (await browser.get(f"{this}/de-xuat")).status_code == 200
    with ward.work() as w:
        proposal = w.db.scalar(select(petition_proposal.c.id))
    async with ward.browser("van-phong") as browser:
        assert (await browser.post(f"{this}/de-xuat/{proposal}/khong")).status_code == 303
        assert (await browser.get(f"{this}/phan-cong")).status_code == 200
        late = await browser.post(f"{this}/phan-cong", data={"lead": "kthtdt", "coordinating": ["vp", "ca"], "due": "2027-01-20", "version": "2"})
        assert late.status_code == 422 and "14/01/2027" in late.text
        assert (await browser.post(f"{this}/phan-cong", data={"lead": "kthtdt", "coordinating": ["vp", "ca"], "version": "2"})).status_code == 303
    async with ward.browser("kthtdt") as browser:
        assert (await browser.get(f"{this}/tra-loi")).status_code == 200
        assert (await browser.post(f"{this}/tra-loi", data={"text": "Sẽ xem xét.", "version": "0"})).status_code == 303
    with ward.work() as w:
        answer = w.db.scalar(select(petition_answer.c.id))
    async with ward.browser("van-phong") as browser:
        back = await browser.post(f"{this}/tra-loi/{answer}/tra-lai", data={"remark": ""})
        assert back.status_code == 422 and "Cần ghi rõ phải sửa gì." in back.text
        assert (await browser.post(f"{this}/tra-loi/{answer}/kiem-tra")).status_code == 303
    async with ward.browser("chu-tich") as browser:
        assert "Sẽ xem xét." in (await browser.get(f"{HERE}/cong-bo")).text
        assert (await browser.post(f"{HERE}/cong-bo", data={})).status_code == 422
        assert (await browser.post(f"{HERE}/cong-bo", data={"answers": answer})).status_code == 303
        assert "Đã công bố" in (await browser.get(this)).text
    async with ward.browser("thu-ky") as browser:
        assert (await browser.post(f"{this}/khong-cong-khai", data={"reason": "Xúc phạm cá nhân"})).status_code == 303
        assert "Xúc phạm cá nhân" in (await browser.get(this)).text
        assert (await browser.post(f"{this}/cong-khai")).status_code == 303


async def test_D12_1_the_office_gives_a_new_code_which_is_shown_once(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id = take(w, ward)
        old = give_code(w, ward.parts.keys, id)
    async with ward.browser("tong-hop") as browser:
        receipt = await browser.post(f"{HERE}/{id}/ma")
    code = re.search(r"data-code>([A-Z0-9-]{11})<", receipt.text)
    assert code and receipt.status_code == 200
    async with at_home(ward) as browser:
        assert (await browser.post("/theo-doi", data={"code": code[1]})).status_code == 200
        assert (await browser.post("/theo-doi", data={"code": old})).status_code == 422
    async with ward.browser("vhxh") as browser:
        assert (await browser.post(f"{HERE}/{id}/ma")).status_code == 403


async def test_files_are_for_those_who_work_with_the_sender(ward: Ward) -> None:
    async with at_home(ward) as browser:
        await browser.post(f"/y-kien/{CASE}", data=FORM, files={"files": ("ảnh.jpg", picture())})
    with ward.work() as w:
        file = w.db.execute(select(petition_file)).mappings().one()
    path = f"{HERE}/{file['petition']}/tep/{file['id']}"
    async with ward.browser("tong-hop") as browser:
        got = await browser.get(path)
        assert (await browser.get(f"{HERE}/{file['petition']}/tep/nowhere")).status_code == 404
    assert got.status_code == 200
    assert got.headers["content-disposition"].startswith("attachment") and "sandbox" in got.headers["content-security-policy"]
    with ward.work() as w:
        accept(w, file["petition"])
    async with ward.browser("vhxh") as browser:
        assert (await browser.get(path)).status_code == 403


@pytest.mark.parametrize("login", ["chu-tich", "van-phong", "thu-ky", "tong-hop", "kthtdt", "vhxh", "mttq", "dan-van", "dc-02"])
async def test_every_duty_sees_the_list_and_a_petition(ward: Ward, login: str) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
        check(w, CASE, id, draft(w, CASE, id, "Sẽ làm.", seen=0))
    async with ward.browser(login) as browser:
        pages = [
            await browser.get(path)
            for path in (HERE, f"{HERE}/{id}", "/van-phong/kien-nghi", f"{HERE}?tim=ngap+sau&tt=answered&lv=ha_tang_giao_thong&cq=kthtdt")
        ]
    assert [page.status_code for page in pages] == [200] * 4
    assert all("KN-01" in page.text for page in pages)
    assert ("0912 345 678" in pages[1].text) == (login in ("van-phong", "tong-hop", "kthtdt"))


async def test_whoever_may_not_is_refused_by_every_form(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
    this = f"{HERE}/{id}"
    async with ward.browser("vhxh") as browser:
        for path in (f"{HERE}/phieu", f"{HERE}/nhap-bang", f"{HERE}/nhap-bang/mau.xlsx", f"{HERE}/du-bao", f"{HERE}/cong-bo", f"{HERE}/phan-loai", f"{this}/phan-loai",
                     f"{this}/gop", f"{this}/phan-cong", f"{this}/de-xuat", f"{this}/tra-loi"):  # fmt: skip
            assert (await browser.get(path)).status_code == 403, path
    async with at_home(ward) as browser:
        for path in (HERE, this, f"{HERE}/phieu"):
            assert (await browser.get(path)).status_code == 303, path
    async with ward.browser("tong-hop") as browser:
        assert (await browser.get(f"{HERE}/nowhere")).status_code == 404


async def test_D8_1d_the_list_warns_of_an_agency_that_answers_and_is_not_invited(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
    async with ward.browser("van-phong") as browser:
        before = (await browser.get(HERE)).text
        with ward.work() as w:
            w.add(invitation, conference=CASE, kind="body", body="kthtdt", recipient="Phòng KT-HT-ĐT", channel="paper")
        after = (await browser.get(HERE)).text
    warned = "Cơ quan được phân công trả lời nhưng chưa có trong danh sách mời"
    assert warned in before and warned not in after


async def test_D8_2c_the_desks_of_the_agency_and_of_the_advising_office_say_what_is_due(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
    for day, logins in (("2027-01-07", ("kthtdt",)), ("2027-01-09", ("kthtdt", "van-phong"))):
        ward.at(day)
        for login in logins:
            async with ward.browser(login) as browser:
                assert "Dự thảo trả lời kiến nghị" in (await browser.get("/")).text, (day, login)
    async with ward.browser("vhxh") as browser:
        assert "Dự thảo trả lời kiến nghị" not in (await browser.get("/")).text


async def test_D14_1_the_forecast_page(ward: Ward) -> None:
    async with ward.browser("mttq") as browser:
        assert (await browser.post(f"{HERE}/du-bao", data={"text": "Có thể đông người"})).status_code == 303
    async with ward.browser("chu-tich") as browser:
        assert "Có thể đông người" in (await browser.get(f"{HERE}/du-bao")).text
    async with ward.browser("tong-hop") as browser:
        assert (await browser.get(f"{HERE}/du-bao")).status_code == 403
        assert "du-bao" not in (await browser.get(HERE)).text


async def test_the_example_goes_the_whole_way(ward: Ward) -> None:
    with ward.work() as w:
        made = seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
    assert len(made) == 14
    async with ward.browser("van-phong") as browser:
        page = (await browser.get(f"{HERE}?tt=released")).text
    assert 'data-count="12"' in page and "2 đơn, thư ngoài phạm vi" in page
