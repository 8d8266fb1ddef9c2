"""WHIP and WHEP over real HTTP with the real engine: what clients of all makes see."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from server.media.engine import Direction
from server.media.rtp.ladder import Rung
from tests.media.offers import FFMPEG, OBS
from tests.media.peers import Hearer, Publisher, Tone, until
from tests.media.site import SDP, Site, open_site


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


async def test_publish_and_listen_with_tokens(site: Site) -> None:
    publisher, hearer = Publisher(Tone(440.0)), Hearer()
    sent = site.bearer("an", "whip")
    published = await site.http.post("/whip/an", content=await publisher.offer(), headers=sent)
    assert published.status_code == 201
    assert published.headers["content-type"] == "application/sdp"
    assert published.headers["location"].startswith(f"{site.base}/whip/an/")
    assert published.headers["etag"].strip('"') == published.headers["location"].rpartition("/")[2]
    link = published.headers["link"]
    assert link.startswith('<turn:turn.example.vn?transport=udp>; rel="ice-server"; username="') and ':an"' in link
    assert published.headers["access-control-expose-headers"] == "Location, Link, ETag, Retry-After"
    await publisher.accept(published.text)
    listened = await site.http.post("/whep/binh", content=await hearer.offer(), headers=site.bearer("binh", "whep"))
    assert listened.status_code == 201
    await hearer.accept(listened.text)
    await site.engine.direct("c", Direction(frozenset({"an"})))
    await until(lambda: hearer.level(440.0) > -20)

    again = await site.http.post("/whip/an", content="v=0", headers=sent)
    assert again.status_code == 403, "a token opens one session"
    stranger = await site.http.delete(published.headers["location"])
    assert stranger.status_code == 403
    ended = await site.http.delete(published.headers["location"], headers={"Authorization": sent["Authorization"]})
    assert ended.status_code == 200
    await until(lambda: hearer.level(440.0) < -45)
    gone = await site.http.delete(published.headers["location"], headers={"Authorization": sent["Authorization"]})
    assert gone.status_code == 404 and gone.json()["code"] == "media_session_unknown"
    await asyncio.gather(publisher.close(), hearer.close())


async def test_the_data_saver_is_chosen_before_and_while_one_listens(site: Site) -> None:
    hearer, sent = Hearer(1), site.bearer("binh", "whep")
    unknown = await site.http.post("/whep/binh?most=all", content=await hearer.offer(), headers=site.bearer("binh", "whep"))
    assert unknown.status_code == 422
    listened = await site.http.post("/whep/binh?most=audio", content=await hearer.offer(), headers=sent)
    place, own = listened.headers["location"], {"Authorization": sent["Authorization"]}
    session = place.rpartition("/")[2]

    async def rung() -> Rung | None:
        return (await site.engine.stats()).conferences["c"].sessions[session].rung

    assert await rung() is Rung.AUDIO
    assert (await site.http.put(f"{place}/rung", json={"most": "low_audio"}, headers=own)).status_code == 204
    assert await rung() is Rung.LOW_AUDIO
    for body, headers, status in (({"most": "both"}, {}, 403), ({"most": 3}, own, 422), ([], own, 422), ({}, own, 422)):
        assert (await site.http.put(f"{place}/rung", json=body, headers=headers)).status_code == status
    assert (await site.http.put(f"{place}x/rung", json={"most": "both"}, headers=own)).status_code == 404
    assert (await site.http.put(place.replace("binh", "an") + "/rung", json={"most": "both"}, headers=own)).status_code == 404
    assert await rung() is Rung.LOW_AUDIO
    await hearer.close()


async def test_who_has_left_the_stage_can_still_end_the_session(site: Site) -> None:
    publisher = Publisher(Tone(440.0))
    offer = await publisher.offer()
    published = await site.http.post("/whip/cookie", content=offer, headers=SDP)
    assert published.status_code == 201
    site.off_stage.add("cookie")
    assert (await site.http.post("/whip/cookie", content=offer, headers=SDP)).status_code == 403
    assert (await site.http.delete(published.headers["location"])).status_code == 200
    left = (await site.engine.stats()).conferences.get("c")  # an empty one is soon forgotten
    assert left is None or left.publishers == frozenset()
    await publisher.close()


async def test_whoever_was_replaced_is_told_when_they_end_their_session(site: Site) -> None:
    first, second = Publisher(Tone(440.0)), Publisher(Tone(1000.0))
    opened = []
    for one in (first, second):
        opened.append(await site.http.post("/whip/cookie", content=await one.offer(), headers=SDP))
        await one.accept(opened[-1].text)
    ended = [await site.http.delete(one.headers["location"]) for one in opened]
    assert [one.json() for one in ended] == [{"replaced": True}, {"replaced": False}]
    await asyncio.gather(first.close(), second.close())


async def test_leave_is_asked_for_when_the_whole_offer_is_there(site: Site) -> None:
    """Whoever holds back the last bytes of an offer until they have been put out does not slip in behind it."""
    publisher = Publisher(Tone(440.0))
    offer = (await publisher.offer()).encode()

    async def slowly() -> AsyncIterator[bytes]:
        yield offer[:-1]
        await asyncio.sleep(0.3)
        site.off_stage.add("cookie")
        yield offer[-1:]

    late = await site.http.post("/whip/cookie", content=slowly(), headers=SDP)
    assert late.status_code == 403 and late.json()["code"] == "media_not_allowed"
    assert "c" not in (await site.engine.stats()).conferences
    await publisher.close()


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/whip/cookie", "GET, HEAD, POST, OPTIONS"),
        ("/whep/cookie", "GET, HEAD, POST, OPTIONS"),
        ("/whip/cookie/x", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("/whep/cookie/x", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("/whep/cookie/x/rung", "PUT, OPTIONS"),
    ],
)
async def test_what_each_address_does(site: Site, path: str, allowed: str) -> None:
    """RFC 9725 sections 4.1 and 4.2: GET succeeds with nothing, OPTIONS tells and asks for no token, all else is 405 with Allow (RFC 9110
    section 15.5.6), and pages of other origins may read every answer."""
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answered = await site.http.request(method, path)
        assert answered.headers["access-control-allow-origin"] == "*"
        assert answered.headers["access-control-expose-headers"] == "Location, Link, ETag, Retry-After"
        if method == "OPTIONS":
            assert (answered.status_code, answered.headers["allow"], answered.headers["accept-post"]) == (200, allowed, "application/sdp")
            assert answered.headers["access-control-allow-methods"] == allowed
            assert answered.headers["access-control-allow-headers"] == "Authorization, Content-Type, If-Match"
            assert ("accept-patch" in answered.headers) == ("PATCH" in allowed)
        elif method not in allowed:
            assert (answered.status_code, answered.headers["allow"]) == (405, allowed)
        elif method in ("GET", "HEAD"):
            assert answered.status_code == (404 if path.endswith("/x") else 204)
        else:
            assert answered.status_code == (404 if "/x" in path else 415)


async def test_a_page_of_another_origin_asks_first(site: Site) -> None:
    """A browser's preflight (Fetch section 4.8) before the offer, and before the session's end."""
    asked = {"Origin": "https://phuong.example.vn", "Access-Control-Request-Headers": "authorization,content-type"}
    for path, method in (("/whip/an", "POST"), ("/whip/an/x", "DELETE"), ("/whep/an/x", "PATCH"), ("/whep/an/x/rung", "PUT")):
        told = await site.http.options(path, headers={**asked, "Access-Control-Request-Method": method})
        assert told.is_success and method in told.headers["access-control-allow-methods"]


async def test_candidates_that_come_later_are_taken_and_ice_is_not_restarted(site: Site) -> None:
    """RFC 9725 section 4.3: an ICE-lite agent needs none of them; 422 where one of the two ways is not supported; entity tags say of which session."""
    sent = site.bearer("hall", "whip")
    opened = await site.http.post("/whip/hall", content=OBS, headers=sent)
    place, own = opened.headers["location"], {"Authorization": sent["Authorization"]}
    tag = opened.headers["etag"]
    fragment = "a=ice-ufrag:Qk7z\r\na=ice-pwd:9wX2bCdE4fGhJ6kLmN8pQr\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    candidate = fragment + "a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host\r\na=end-of-candidates\r\n"

    async def patch(content: str, **headers: str) -> httpx.Response:
        given = {**own, "Content-Type": "application/trickle-ice-sdpfrag", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await site.http.patch(place, content=content, headers={name: value for name, value in given.items() if value})

    taken = await patch(candidate, If_Match=tag)
    assert (taken.status_code, taken.content, "etag" in taken.headers) == (204, b"", False)
    for content, headers, expected in (
        (candidate, {}, (428, "media_session_unnamed")),
        (candidate, {"If_Match": '"other"'}, (412, "media_session_changed")),
        (candidate, {"If_Match": "*"}, (422, "media_session_fixed")),
        (candidate.replace("Qk7z", "New1"), {"If_Match": tag}, (422, "media_session_fixed")),
        ("a=candidate:1 1 udp 1 192.0.2.7 5 typ host", {"If_Match": tag}, (400, "malformed_sdp")),
        (candidate, {"If_Match": tag, "Content_Type": "application/sdp"}, (415, "unsupported_type")),
        (candidate, {"If_Match": tag, "Authorization": ""}, (403, "media_not_allowed")),
    ):
        refused = await patch(content, **headers)
        assert (refused.status_code, refused.json()["code"]) == expected
    assert (await site.http.get(place)).status_code == 204
    assert (await site.http.get(place.replace("whip", "whep"))).status_code == 404
    ended = await site.http.delete(place, headers={**own, "If-Match": '"other"'})
    assert ended.status_code == 200, "an entity tag says nothing about the end"
    assert (await patch(candidate, If_Match=tag)).status_code == 404


@pytest.mark.parametrize("offer", [OBS, FFMPEG], ids=["OBS", "FFmpeg"])
async def test_broadcasters_offers_are_answered(site: Site, offer: str) -> None:
    answered = await site.http.post("/whip/hall", content=offer, headers=site.bearer("hall", "whip"))
    assert answered.status_code == 201, answered.text
    lines = answered.text.split("\r\n")
    assert lines.count("a=recvonly") == 2 and "a=group:BUNDLE 0 1" in lines
    assert "a=rtpmap:111 opus/48000/2" in lines and any(line.endswith(" H264/90000") for line in lines)
    assert lines.count("a=setup:active" if offer is FFMPEG else "a=setup:passive") == 2, "FFmpeg is passive, OBS leaves the choice"
    profile = "640c1f" if offer is FFMPEG else "42e01f"
    assert any(line.startswith("a=fmtp:") and f"profile-level-id={profile}" in line for line in lines)
    assert any(line.startswith("a=candidate:") and " 127.0.0.1 " in line for line in lines)


async def test_a_written_candidate_is_never_sent_to(site: Site) -> None:
    """An offer cannot make the server probe an address inside its network."""
    victim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    victim.bind(("127.0.0.1", 0))
    victim.setblocking(False)
    port = victim.getsockname()[1]
    lines = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host\r\na=end-of-candidates\r\n"
    answered = await site.http.post("/whip/hall", content=OBS + lines, headers=site.bearer("hall", "whip"))
    assert answered.status_code == 201
    await asyncio.sleep(1.5)
    with pytest.raises(BlockingIOError):
        victim.recv(2000)
    victim.close()


async def test_refusals_over_http(site: Site) -> None:
    async def post(content: str | bytes, seat: str = "cookie", **headers: str) -> httpx.Response:
        return await site.http.post(f"/whep/{seat}", content=content, headers={**SDP, **headers})

    assert (await post("v=0", "nobody")).status_code == 403
    wrong = await site.http.post("/whep/cookie", content="{}", headers={"Content-Type": "application/json"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "unsupported_type")
    large = await post(b"x" * 70_000)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    for bad in (b"hello", b"\xff\xfe", b""):
        malformed = await post(bad, **{"Accept-Language": "vi"})
        assert (malformed.status_code, malformed.json()["code"]) == (400, "malformed_sdp")
        assert malformed.json()["sentence"].startswith("Bản mô tả kết nối (SDP) không đúng dạng")
        assert malformed.headers["access-control-allow-origin"] == "*"

    peer = Hearer()
    offer = await peer.offer()
    await peer.close()
    for _ in range(4):
        assert (await post(offer)).status_code == 201
    full = await post(offer)
    assert (full.status_code, full.json()["code"]) == (503, "too_many_sessions")
    assert 10 <= int(full.headers["retry-after"]) <= 40
    await site.engine.stop()
    down = await post(offer)
    assert (down.status_code, down.json()["code"]) == (503, "media_unavailable")
    assert 1 <= int(down.headers["retry-after"]) <= 5
    assert json.loads(down.text)["sentence"]
