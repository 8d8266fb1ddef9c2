"""Who may read petitions, asked over HTTP by each duty: complaints and denunciations, names of senders, the history, drafts of answers."""

from __future__ import annotations

import pytest

from moderation.case.petitions import Kind
from server.petitions.answering import check, draft, release, send_back
from server.petitions.assigning import Assignment, assign
from server.petitions.forecasts import file_forecast
from server.petitions.merging import merge, unmerge
from server.petitions.tables import petition
from server.petitions.triage import Decision, triage, withhold
from tests.office.ward import CASE, Ward
from tests.petitions.slips import HOA, RUBBISH, accept, take

pytestmark = pytest.mark.asyncio(loop_scope="module")
HERE = f"/van-phong/hoi-nghi/{CASE}/kien-nghi"
HISTORY = f"/van-phong/hoi-nghi/{CASE}/lich-su"
INSIDE = ("chu-tich", "van-phong", "tong-hop")
OTHERS = ("thu-ky", "kthtdt", "vhxh", "mttq", "dan-van", "dc-02")
WORDS = "Tố cáo ông Bùi Văn Khuất nhận tiền ở bãi xe"
NAME = HOA.name


async def pages(ward: Ward, login: str, *paths: str) -> list[tuple[int, str]]:
    async with ward.browser(login) as browser:
        return [(got.status_code, got.text) for path in paths if (got := await browser.get(path))]


def denounce(ward: Ward, kind: Kind = Kind.DENUNCIATION) -> str:
    """A petition that was an agency's until the triage saw what it is."""
    with ward.work() as w:
        id = take(w, ward, content=WORDS)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt", ("vhxh",)))
        triage(w, CASE, id, Decision(kind, "khac", "Công dân", "Việc của ông Khuất", "Ghi chú kín", "Thanh tra"))
    return id


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.DENUNCIATION, Kind.RECEPTION])
async def test_D1_2_what_was_sent_elsewhere_is_unknown_to_others(ward: Ward, kind: Kind) -> None:
    id = denounce(ward, kind)
    asked = (f"{HERE}/{id}", HERE, f"{HERE}?tim=bui+van+khuat", "/van-phong/kien-nghi", "/van-phong/tim-kiem?tim=bui+van+khuat")
    for login in OTHERS if kind is Kind.DENUNCIATION else ("kthtdt",):
        one, *lists = await pages(ward, login, *asked)
        assert one[0] == 404, login
        for status, text in (one, *lists):
            assert status in (200, 404) and "Văn Khuất" not in text and "NP-01" not in text and id not in text and "Ghi chú kín" not in text, login
    for login in INSIDE if kind is Kind.DENUNCIATION else ():
        one, *lists = await pages(ward, login, *asked)
        assert one[0] == 200 and WORDS in one[1] and "Ghi chú kín" in one[1], login
        assert all("NP-01" in text for _, text in lists), login


async def test_D1_2_no_form_opens_what_was_sent_elsewhere_and_what_comes_back_is_seen_again(ward: Ward) -> None:
    id = denounce(ward)
    for login, form in (("thu-ky", "phat-bieu"), ("mttq", "de-xuat"), ("dc-02", "phat-bieu")):
        assert (await pages(ward, login, f"{HERE}/{id}/{form}"))[0][0] == 404, login
    async with ward.browser("thu-ky") as browser:
        assert (await browser.post(f"{HERE}/{id}/khong-cong-khai", data={"reason": "x"})).status_code == 404
        assert (await browser.get(f"{HERE}/{id}/tep/any")).status_code == 404
    with ward.work() as w:
        accept(w, id)
    for status, text in await pages(ward, "thu-ky", f"{HERE}/{id}", "/van-phong/tim-kiem?tim=bui+van+khuat"):
        assert status == 200 and "KN-01" in text


async def test_D1_2_what_was_merged_into_a_denunciation_is_sealed_with_it(ward: Ward) -> None:
    with ward.work() as w:
        id, other = take(w, ward, content=WORDS), take(w, ward, content=f"{WORDS} tối qua")
        accept(w, id)
        merge(w, CASE, id, [other])
        triage(w, CASE, id, Decision(Kind.DENUNCIATION, "khac", "Công dân", referral_to="Thanh tra"))
    asked = (f"{HERE}/{other}", HERE, "/van-phong/tim-kiem?tim=bui+van+khuat")
    assert not [text for _, text in await pages(ward, "kthtdt", *asked) if "Khuất" in text or "YK-0002" in text]
    assert all("YK-0002" in text for _, text in await pages(ward, "tong-hop", *asked))
    with ward.work() as w:
        unmerge(w, CASE, other)
        assert (w.row(petition, other)["state"], w.row(petition, other)["kind"]) == ("received", None)
        accept(w, other)
    assert all("KN-02" in text for _, text in await pages(ward, "kthtdt", *asked))


async def test_D1_2_before_the_triage_only_those_who_triage_the_chair_and_who_entered_it_know_of_a_petition(ward: Ward) -> None:
    with ward.work("mttq") as w:
        id, other = take(w, ward, content=WORDS), take(w, ward, content=f"{WORDS} tối qua")
    with ward.work("tong-hop") as w:
        merge(w, CASE, id, [other])
    asked = [HERE, f"{HERE}?tim=bui+van+khuat", "/van-phong/kien-nghi", "/van-phong/tim-kiem?tim=bui+van+khuat"]
    for login in ("thu-ky", "kthtdt", "dan-van", "dc-02"):
        answers = await pages(ward, login, f"{HERE}/{id}", f"{HERE}/{other}", f"{HERE}/{id}/phat-bieu", *asked)
        assert [status for status, _ in answers[:2]] == [404, 404], login
        assert not [text for _, text in answers if "Khuất" in text or "YK-000" in text], login
    for login in (*INSIDE, "mttq"):
        answers = await pages(ward, login, f"{HERE}/{id}", f"{HERE}/{other}", *asked)
        assert all(status == 200 and "YK-0001" in text for status, text in answers), login
    assert "Khuất" not in (await pages(ward, "thu-ky", HISTORY))[0][1]
    async with ward.browser("thu-ky") as browser:
        assert (await browser.post(f"{HERE}/giong", data={"text": WORDS})).json() == []
    async with ward.browser("mttq") as browser:
        assert [one["code"] for one in (await browser.post(f"{HERE}/giong", data={"text": WORDS})).json()] == ["YK-0001"]
    with ward.work("tong-hop") as w:
        accept(w, id)
    for login in ("thu-ky", "dc-02"):
        answers = await pages(ward, login, f"{HERE}/{id}", f"{HERE}/{other}", *asked)
        assert all(status == 200 and "KN-01" in text for status, text in answers), login


async def test_D12_1_nobody_finds_a_sender_by_the_name_but_those_who_take_petitions_in(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
    name = "tim=nguyen+thi+hoa"
    for login in (*OTHERS, "chu-tich"):
        for _, text in await pages(ward, login, f"{HERE}?{name}", f"/van-phong/kien-nghi?{name}", f"/van-phong/tim-kiem?{name}"):
            assert id not in text and NAME not in text, login
        assert all(
            id in text and NAME not in text for _, text in await pages(ward, login, f"{HERE}?tim=ngap+sau", "/van-phong/tim-kiem?tim=ngap+sau")
        ), login
    for login in ("van-phong", "tong-hop"):
        assert all(id in text for _, text in await pages(ward, login, f"{HERE}?{name}", f"/van-phong/kien-nghi?{name}")), login
        assert NAME not in (await pages(ward, login, f"/van-phong/tim-kiem?{name}"))[0][1], login


async def test_D4_1_the_history_hides_what_the_page_of_a_petition_hides(ward: Ward) -> None:
    private = (NAME, "912345678", "12 Cầu Mây", "hoa@example.org", RUBBISH, "Dự báo kín", "Bản nháp kín", "Sửa lại đi")
    with ward.work() as w:
        id = take(w, ward, content=RUBBISH, address="Số 12 Cầu Mây", email="hoa@example.org")
        accept(w, id, summary="Thu gom rác muộn")
        assign(w, CASE, id, Assignment("kthtdt"))
        send_back(w, CASE, id, draft(w, CASE, id, "Bản nháp kín", seen=0), "Sửa lại đi")
        answer = draft(w, CASE, id, "Bản đã công bố", seen=1)
        check(w, CASE, id, answer)
        release(w, CASE, id, answer)
    with ward.work("mttq") as w:
        file_forecast(w, CASE, "Dự báo kín")
    for login in ("thu-ky", "dan-van", "admin"):
        status, text = (await pages(ward, login, HISTORY))[0]
        assert status == 200 and "đã ẩn" in text and not [words for words in private if words in text], login
        assert ("Thu gom rác muộn" in text) == ("Bản đã công bố" in text) == (login != "admin"), login
    for login in ("chu-tich", "van-phong"):
        text = (await pages(ward, login, HISTORY))[0][1]
        assert "đã ẩn" not in text and not [words for words in private if words not in text], login


async def test_D1_2_the_history_tells_others_nothing_of_what_was_sent_elsewhere(ward: Ward) -> None:
    id = denounce(ward)
    with ward.work() as w:
        withhold(w, CASE, id, "Bôi nhọ ông Khuất")
    path = f"{HISTORY}?loai=petition"
    for login in ("thu-ky", "dan-van", "admin"):
        text = (await pages(ward, login, path))[0][1]
        assert "Khuất" not in text and "Ghi chú kín" not in text and "Thanh tra" not in text, login
    assert "Bôi nhọ ông Khuất" in (await pages(ward, "van-phong", path))[0][1]


async def test_D8_2c_drafts_are_for_those_who_work_on_the_answer(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt", ("ca",)))
        send_back(w, CASE, id, draft(w, CASE, id, "Bản nháp kín", seen=0), "Sửa lại đi")
        answer = draft(w, CASE, id, "Bản đã công bố", seen=1)
        check(w, CASE, id, answer)
    working = (*INSIDE, "kthtdt", "cong-an")
    others = ("thu-ky", "vhxh", "mttq", "dan-van", "dc-02")
    for login in others:
        text = (await pages(ward, login, f"{HERE}/{id}"))[0][1]
        assert "KN-01" in text and not [words for words in ("Bản nháp kín", "Sửa lại đi", "Bản đã công bố") if words in text], login
    with ward.work() as w:
        release(w, CASE, id, answer)
    for login in working:
        text = (await pages(ward, login, f"{HERE}/{id}"))[0][1]
        assert "Bản nháp kín" in text and "Sửa lại đi" in text and "Bản đã công bố" in text, login
    for login in others:
        text = (await pages(ward, login, f"{HERE}/{id}"))[0][1]
        assert "Bản nháp kín" not in text and "Sửa lại đi" not in text and "Bản đã công bố" in text, login


async def test_D12_1_nobody_takes_a_tracking_code_from_a_sender_they_do_not_work_with(ward: Ward) -> None:
    """The code stands for the sender: a new one ends the old."""
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        kept = w.row(petition, id)["tracking_hash"]
    for login in ("mttq", "dc-02", "thu-ky", "kthtdt", "chu-tich"):
        async with ward.browser(login) as browser:
            assert (await browser.post(f"{HERE}/{id}/ma")).status_code == 403, login
    with ward.work() as w:
        assert w.row(petition, id)["tracking_hash"] == kept
    async with ward.browser("tong-hop") as browser:
        assert (await browser.post(f"{HERE}/{id}/ma")).status_code == 200
    with ward.work() as w:
        assert w.row(petition, id)["tracking_hash"] != kept
