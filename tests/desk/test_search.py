"""The page of the search."""

from __future__ import annotations

import pytest

from server.search.search import entry, keep
from tests.office.ward import CASE, Ward


@pytest.fixture
def known(ward: Ward) -> None:
    with ward.work() as w:

        def put(kind: str, id: str, title: str, text: str, unit: str = "p-bensong", at: int = 0) -> None:
            keep(w, entry(kind=kind, subject=id, conference=CASE, unit=unit, title=title, path=f"/van-phong/{id}", texts=[text], at=at))

        for n in range(1, 24):
            put("petition", f"p{n}", f"KN-{n:02} Ngõ 12 phố Cầu Mây ngập sâu", "cống thoát nước", at=n)
        put("conclusion", "k1", "KL-01 <b>Nạo vét</b>", "tuyến cống ngõ 12 phố Cầu Mây")
        put("paper", "b1", "Công văn về cống", "của thành phố", "tp")


async def page(ward: Ward, login: str, **query: str) -> str:
    async with ward.browser(login) as browser:
        answer = await browser.get("/van-phong/tim-kiem", params=query)
    assert answer.status_code == 200
    return answer.text.partition('<script type="application/json"')[0]


@pytest.mark.usefixtures("known")
async def test_results_stand_by_kind_with_the_words_marked_whatever_their_marks(ward: Ward) -> None:
    shown = await page(ward, "van-phong")
    assert "Gõ có dấu hoặc không dấu đều được" in shown and "<mark>" not in shown
    for words in ("cống cầu mây", "cong cau may", "  CỐNG   Cầu Mây "):
        shown = await page(ward, "van-phong", tim=words)
        assert shown.index("Ý kiến, kiến nghị") < shown.index("Nội dung kết luận")
        assert "<mark>cống</mark>" in shown or "<mark>Cầu</mark>" in shown
        assert shown.count("KN-") >= 5 and "Xem tất cả (23)" in shown
    assert "&lt;b&gt;Nạo vét&lt;/b&gt;" in shown
    first, second = [await page(ward, "van-phong", tim="cống", loai="petition", trang=at) for at in ("1", "2")]
    assert "Trang 1/2" in first and "tim=c%E1%BB%91ng&amp;loai=petition&amp;trang=2" in first
    assert "KN-23" in first and "KN-03" not in first and "KN-03" in second


@pytest.mark.usefixtures("known")
async def test_what_one_may_not_see_is_not_found(ward: Ward) -> None:
    assert "Công văn về cống" not in await page(ward, "van-phong", tim="cống", loai="paper")
    assert "Không tìm thấy “&lt;xq&gt;%_\\”." in await page(ward, "van-phong", tim="<xq>%_\\")
    async with ward.browser("admin") as browser:
        assert (await browser.get("/van-phong/tim-kiem", params={"tim": "cống"})).status_code == 403
    async with ward.browser() as browser:
        assert (await browser.get("/van-phong/tim-kiem")).headers["location"] == "/?ve=/van-phong/tim-kiem"
