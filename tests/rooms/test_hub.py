"""Who gets what, and who must leave: patches, snapshots, resuming, presence, signals, and the refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from moderation import Phase, Role
from moderation.kernel import Identity, Refusal
from moderation.people import AddPerson, Knock
from moderation.view import me, view
from server.accounts.entrance import sits
from server.accounts.keys import new_id
from server.accounts.links import public_link
from server.clock import now
from server.conferences.cases import personal_link
from server.rehearsal.script import bound, script
from server.rooms import hub
from server.rooms.rooms import LiveRoom
from tests.client import Client, Door, NotLetIn, enter
from tests.rooms.house import PEOPLE, House, until
from tests.rooms.phases import bring_to, bring_to_step
from tests.rooms.silence import Silence


def truth(live: LiveRoom, client: Client, person: str) -> bool:
    """Whether a client knows what a fresh snapshot would tell it."""
    state = live.room.state
    return client.view == view(state, client.audience) and client.me == me(state, person)


async def test_patches_lead_to_what_a_fresh_snapshot_tells(house: House) -> None:
    """The worked example from first arrival to last signature: after every act, everybody's patched view and own affairs are the true ones."""
    play = script()
    live = await house.conference("play", play.plan, play.people, joined=False)
    await live.room.do(new_id(), None, Knock("knocker", Identity("Khách")))
    screens = {person: await house.come(live, person) for person in [*(p.person for p in play.people), "knocker"]}
    assert {c.audience.partition(":")[0] for c in screens.values()} == {
        "chair", "office", "secretary", "desk", "operator", "agency", "citizen", "monitor", "display", "lobby",
    }  # fmt: skip
    for act in play.steps:
        await live.room.do(new_id(), act.by, bound(act.command, view(live.room.state, "chair")))
        for person in live.room.state.people.keys() - screens.keys():  # registered on the day, with a telephone of their own
            screens[person] = await house.come(live, person)
        for person, screen in screens.items():
            if screen.code is None:
                await screen.until(lambda s=screen, p=person: truth(live, s, p) or s.code is not None, 5)  # type: ignore[misc]
    assert live.room.state.phase is Phase.FROZEN
    assert {p: s.code for p, s in screens.items() if s.code is not None} == {"cit-29": 4403}
    fresh = await house.come(live, "secretary")
    assert fresh.view == screens["secretary"].view and fresh.seq == screens["secretary"].seq
    assert fresh.head == house.parts.journal.head(live.id)[1].hex()[:8] == screens["secretary"].head


async def test_own_affairs_follow_when_nobody_names_the_person(house: House) -> None:
    """A follow-up falls due, an interposition ends, by acts in which the person concerned does not occur."""
    live = await house.conference()
    await bring_to_step(live, 4)
    chair, oanh, minh = [await house.come(live, person) for person in ("chair", "oanh", "minh")]
    await minh.do({"do": "enqueue", "entry": "minh-1", "topic": "Rác thải"})
    await chair.do({"do": "call_next"})
    await chair.do({"do": "pause_clock"})
    await chair.do({"do": "interpose", "speech": "oanh-hoi", "person": "oanh"})
    await oanh.until(lambda: oanh.me.get("heard"))
    await chair.do({"do": "take_break"})
    await oanh.until(lambda: truth(live, oanh, "oanh") and not oanh.me.get("heard"))
    await chair.do({"do": "resume_session"})
    await oanh.until(lambda: truth(live, oanh, "oanh") and oanh.me.get("heard"))
    await chair.do({"do": "end_interposition"})
    await oanh.until(lambda: truth(live, oanh, "oanh") and not oanh.me.get("heard"))
    await minh.do({"do": "yield_floor"})
    speech = next(id for id, s in chair.view["statements"].items() if s["person"] == "minh")
    assert "follow_up" not in minh.me
    await chair.do({"do": "mark_answered", "speech": speech})
    await minh.until(lambda: truth(live, minh, "minh") and minh.me.get("follow_up"))


async def test_who_comes_back_gets_only_what_was_missed(house: House) -> None:
    live = await house.conference()
    chair, oanh, phuc = [await house.come(live, person) for person in ("chair", "oanh", "phuc")]
    await oanh.ping()
    await oanh.leave()
    heard = len(oanh.frames)
    for n in range(5):
        await chair.do({"do": "close_queue" if n % 2 == 0 else "open_queue"})
    await oanh.come()
    await oanh.ping()
    kinds = [json.loads(text)["type"] for text in oanh.frames[heard:]]
    assert kinds.count("patch") == 5 and "snapshot" not in kinds
    assert truth(live, oanh, "oanh") and oanh.view == phuc.view and oanh.seq == phuc.seq


@pytest.mark.parametrize("known", [{"epoch": "00000000.citizen"}, {"seq": -5}, {"seq": 10_000}])
async def test_who_knows_another_past_gets_a_snapshot(house: House, known: dict[str, Any]) -> None:
    live = await house.conference()
    oanh, phuc = await house.come(live, "oanh"), await house.come(live, "phuc")
    await oanh.leave()
    oanh.view = {"nonsense": True}
    oanh.epoch, oanh.seq = known.get("epoch", oanh.epoch), known.get("seq", oanh.seq)
    await oanh.come()
    await phuc.ping()
    assert oanh.view == phuc.view and oanh.epoch == phuc.epoch


async def test_patches_are_never_laid_on_another_audience(house: House) -> None:
    """Sent back while away, then let in while away: seq and epoch of what was seen before do not fit what is seen now."""
    live = await house.conference()
    desk, oanh, phuc = [await house.come(live, person) for person in ("desk", "oanh", "phuc")]
    await live.room.do(new_id(), None, Knock("knocker", Identity("Khách")))
    waiting = await house.come(live, "knocker")
    await oanh.leave()
    await desk.do({"do": "send_back", "persons": ["oanh"]})
    await oanh.come()
    await oanh.ping()
    assert oanh.audience == "lobby" and oanh.view == waiting.view
    await oanh.leave()
    await desk.do({"do": "admit", "persons": ["oanh"]})
    await oanh.come()
    await oanh.ping()
    assert oanh.audience == "citizen" and oanh.view == phuc.view


async def test_admitted_and_sent_back_see_the_other_side_at_once(house: House) -> None:
    live = await house.conference()
    desk, phuc = await house.come(live, "desk"), await house.come(live, "phuc")
    names = [f"khach-{n}" for n in range(40)]
    for name in names:
        await live.room.do(new_id(), None, Knock(name, Identity(f"Khách {name}")))
    crowd = [await house.come(live, name) for name in names]
    await desk.until(lambda: len(desk.view["lobby"]) == 40)
    assert {c.audience for c in crowd} == {"lobby"}
    seq = live.room.state.seq
    await desk.do({"do": "admit", "persons": names})
    for client, name in zip(crowd, names, strict=True):
        await client.until(lambda c=client, n=name: c.audience == "citizen" and c.me["standing"] == "admitted" and truth(live, c, n))  # type: ignore[misc]
    assert live.room.state.seq == seq + 1
    await phuc.ping()
    assert crowd[0].view == phuc.view
    heard = len(crowd[0].frames)
    await desk.do({"do": "send_back", "persons": names[:1], "reason": "vào lại sau"})
    await crowd[0].until(lambda: crowd[0].audience == "lobby")
    kinds = [json.loads(frame)["type"] for frame in crowd[0].frames[heard:]]
    assert [kind for kind in kinds if kind != "signal"] == ["snapshot"], "no state of the room after it was left"
    assert set(crowd[0].view) == {"title", "phase", "starts"}
    engine = house.parts.media
    assert isinstance(engine, Silence)
    await until(lambda: engine.removed == [(live.id, names[0])])  # nor a sound
    await crowd[1].ping()
    assert crowd[1].audience == "citizen"


async def test_one_person_may_have_two_screens_of_different_roles(house: House) -> None:
    both = AddPerson("both", (Role.SECRETARY, Role.DESK), Identity("Hai việc"))
    live = await house.conference(people=[*PEOPLE, both])
    one, other, usual = [await house.come(live, "both", screen=screen) for screen in ("desk", "secretary", "")]
    assert [c.audience for c in (one, other, usual)] == ["desk", "secretary", "secretary"]
    assert (await house.come(live, "oanh", screen="chair")).audience == "citizen"
    await one.leave()
    one.screen = "secretary"
    await one.come()
    assert one.audience == "secretary" and one.view == other.view


# --- who must not know (R42, R6) ----------------------------------------------------------------------------------------

PUBLIC = {
    "phase", "title", "regime", "format", "place", "unit", "starts", "topics", "rules", "recording", "venues", "bodies", "chair", "agenda", "floor",
    "queue", "counts", "captions", "display", "times",
}  # fmt: skip
ALLOWED = {"lobby": {"title", "phase", "starts"}, "citizen": PUBLIC | {"may"}, "display": PUBLIC | {"venue_states"}}
FACE = {"id", "name", "area", "title", "body", "represents", "channel", "venue"}
ENTRY = FACE | {"person", "motive", "topic", "petition", "since", "status", "held", "on_behalf", "entered_by", "why", "details", "ahead", "place"}
SPEECH = FACE | {"person", "motive", "topic", "petition", "answers", "about", "allotted", "used", "since", "started", "ended", "cause"}
MINE = FACE | {
    "roles", "standing", "gavel", "entries", "prompt", "near", "on_stage", "heard", "follow_up", "spoken", "reminders", "since", "ground", "rule",
    "words", "at", "may", "appointed",
}  # fmt: skip
SIGNALS = {"counts": {"kind", "present", "online", "venues"}, "media": {"kind", "state"}, "saving": {"kind", "ok"}}
SECRETS = ("0911111111", "0922222222", "0933333333", "0900000001", "under_influence", "mùi rượu", "đề nghị nhắc", "Bản nháp chưa công bố")
"""Telephone numbers, a ground and its words, a proposal, a draft: what must not pass, in whatever field."""


def keys_allowed(client: Client) -> list[str]:
    """What a client heard that it should not have: field by field, over every frame it ever got."""
    wrong: list[str] = []

    def check(found: Any, allowed: set[str], where: str) -> None:
        wrong.extend(f"{where}.{key}" for key in (found or {}) if key not in allowed)

    for text in client.frames:
        said = json.loads(text)
        seen = said.get("view") or said.get("patch") or {}
        check(seen, ALLOWED[client.audience], said["type"])
        check(said.get("me"), MINE, "me")
        check(seen.get("chair"), FACE, "chair")
        for part in ("speech", "interposed"):
            check((seen.get("floor") or {}).get(part), SPEECH, part)
        for entry in (seen.get("queue") or {}).get("next") or []:
            check(entry, ENTRY, "next")
        for entry in (said.get("me") or {}).get("entries") or []:
            check(entry, ENTRY, "entries")
        for caption in seen.get("captions") or []:
            check(caption, {"id", "at", "who", "kind", "text"}, "captions")
        if said["type"] == "signal":
            check(said["signal"], SIGNALS.get(said["signal"]["kind"], set()), "signal")
        wrong.extend(f"{secret} in {said['type']}" for secret in SECRETS if secret in text)
    return wrong


async def test_citizens_display_and_lobby_hear_nothing_but_what_is_theirs(house: House) -> None:
    live = await house.conference()
    await live.room.do(new_id(), None, Knock("knocker", Identity("Khách đợi", phone="0944444444")))
    chair, secretary, desk, office, phuc, display, lobby, bad = [
        await house.come(live, p) for p in ("chair", "secretary", "desk", "office", "phuc", "display", "knocker", "oanh")
    ]
    await bring_to_step(live, 4)
    await phuc.do({"do": "enqueue", "entry": "phuc-1", "topic": "Đèn đường"})
    await bad.do({"do": "enqueue", "entry": "oanh-1", "topic": "Việc riêng"})
    await secretary.do({"do": "write_line", "line": "line-1", "text": "Bản nháp chưa công bố"})
    await secretary.do({"do": "write_line", "line": "line-2", "text": "Ý kiến đã công bố"})
    await secretary.do({"do": "release_line", "line": "line-2"})
    await secretary.send({"type": "signal", "signal": {"kind": "typing", "line": "line-1"}})
    await desk.do({"do": "propose", "proposal": "prop-1", "rung": "remind", "person": "oanh", "words": "đề nghị nhắc"})
    await office.do({"do": "count_people", "venue": "main", "count": 77})
    await chair.do({"do": "call_entry", "entry": "phuc-1"})
    await phuc.do({"do": "take_floor", "entry": "phuc-1"})
    await chair.do({"do": "refuse", "person": "oanh", "ground": "under_influence", "words": "có mùi rượu"})
    await chair.do({"do": "stop_speech"})
    await asyncio.sleep(1.2)  # the counts go round
    for client in (chair, phuc, display, lobby):
        await client.ping()
    assert [(c.audience, keys_allowed(c)) for c in (phuc, display, lobby)] == [("citizen", []), ("display", []), ("lobby", [])]
    assert phuc.view["counts"]["refused"] == 1 and phuc.view["captions"][0]["text"] == "Ý kiến đã công bố"
    everything = "".join(lobby.frames)
    assert not any(name in everything for name in ("Chủ tịch", "Phúc", "Oanh", "Hội trường", "ghi âm", "signal"))
    assert "Khách đợi" not in "".join(phuc.frames + display.frames) and '"lobby"' not in "".join(phuc.frames + display.frames)
    assert any(s["kind"] == "counts" and s["lobby"] == 1 for s in chair.signals)
    own = json.loads(next(text for text in reversed(bad.frames) if '"me"' in text[:14]))["me"]
    assert own["ground"] == "under_influence" and own["words"] == "có mùi rượu", "the person alone reads why (R32)"
    assert keys_allowed(phuc) == []


# --- the refused (R31) --------------------------------------------------------------------------------------------------


async def test_a_refused_person_is_out_within_a_second_and_stays_out(house: House) -> None:
    """All devices, all ways back, and what can be asked over HTTP; a new browser by the public link waits in the lobby, marked."""
    live = await house.conference()
    await bring_to(live, Phase.RUNNING)
    chair, desk = await house.come(live, "chair"), await house.come(live, "desk")
    with house.parts.engine.begin() as database:
        public = public_link(database, house.parts.keys, live.id, now())
    first = house.door(live, "oanh")
    personal = personal_link(house.parts.engine, house.parts.keys, first.seat, house.base).partition("#")[2]
    bearer = {"Authorization": f"Bearer {house.door(live, 'desk').secret}"}
    async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
        code = (await http.post(f"/api/seats/{house.door(live, 'desk').seat}/codes", json={"person": "oanh"}, headers=bearer)).json()["code"]
        second = await enter(house.base, token=personal)
        devices = [await house.client(door).come() for door in (first, second)]
        token = await http.post(f"/api/seats/{first.seat}/media-token", json={"kind": "whep"}, headers={"Authorization": f"Bearer {first.secret}"})
        assert token.status_code == 200
        started = asyncio.get_running_loop().time()
        await chair.do({"do": "refuse", "person": "oanh", "ground": "breach", "rule": 1, "words": "Không chờ chủ trì mời."})
        for device in devices:
            await device.until(lambda d=device: d.code is not None, 2)  # type: ignore[misc]
            assert device.code == 4403 and device.bye and device.bye["reason"] == "refused"
            assert device.me["rule"] == "Chờ chủ trì mời mới phát biểu."
        await until(lambda: (live.id, "oanh") in house.parts.media.removed)  # type: ignore[attr-defined]
        await until(lambda: status_of(house, first) == "seat_revoked")
        assert asyncio.get_running_loop().time() - started < 1.0
        for way in ({"token": personal}, {"code": code}):
            with pytest.raises(NotLetIn) as out:
                await enter(house.base, **way)
            assert out.value.code in ("seat_revoked", "code_refused")
        cookie = {f"__Host-s-{first.seat}": first.secret}
        with pytest.raises(NotLetIn) as out:
            await enter(house.base, token=public, name="Tên khác", cookies=cookie)
        assert out.value.code == "device_refused"
        for door in (first, second):
            again = await house.client(door).come()
            assert (again.code, again.view, len(again.frames)) == (4403, {}, 1)
        page = await http.get(f"/hop/{first.seat}", headers={"Cookie": f"__Host-s-{first.seat}={first.secret}"})
        assert page.status_code == 403 and "Không chờ chủ trì mời." in page.text
        sdp = {"Content-Type": "application/sdp"}
        for credential in (token.json()["token"], first.secret):
            offer = await http.post(f"/whep/{first.seat}", content="v=0", headers=sdp | {"Authorization": f"Bearer {credential}"})
            assert offer.status_code in (403, 404)
        refused = await http.post(f"/api/seats/{house.door(live, 'desk').seat}/codes", json={"person": "oanh"}, headers=bearer)
        assert refused.json()["code"] == "not_in_room"
    stranger = await house.client(await enter(house.base, token=public, name="Tên khác")).come()
    assert stranger.audience == "lobby"
    await desk.until(lambda: any(p["name"] == "Tên khác" and p.get("suspect") for p in desk.view["lobby"].values()))


def status_of(house: House, door: Door) -> str:
    try:
        sits(house.parts.engine, house.parts.keys, door.seat, door.secret, None, 1)
    except Refusal as refusal:
        return refusal.code
    return ""


async def test_between_handshake_and_hello_a_refusal_is_not_missed(house: House) -> None:
    live = await house.conference()
    door = house.door(live, "oanh")
    headers = {"Authorization": f"Bearer {door.secret}"}
    async with connect(f"ws{house.base[4:]}/ws/{door.seat}", additional_headers=headers, proxy=None) as socket:
        await asyncio.sleep(0.2)
        chair = await house.come(live, "chair")
        await chair.do({"do": "refuse", "person": "oanh", "ground": "no_capacity", "words": "…"})
        await socket.send('{"type":"hello"}')
        assert json.loads(await socket.recv())["code"] == 4403


async def test_a_refusal_holds_although_the_seat_was_left_open_by_a_crash(house: House) -> None:
    """The fact is stored, the accounts were not told: at the next opening they are."""
    live = await house.conference()
    door = house.door(live, "oanh")
    chair = await house.come(live, "chair")
    await chair.do({"do": "refuse", "person": "oanh", "ground": "no_capacity", "words": "…"})
    await until(lambda: status_of(house, door) == "seat_revoked")
    await live.close()
    house.parts.rooms._open.clear()
    house.parts.access.bar(live.id, "oanh", False)
    late = house.door(live, "oanh")
    again = await house.client(late).come()
    assert again.code == 4403 and not again.view
    await until(lambda: status_of(house, late) == "seat_revoked")


async def test_who_is_readmitted_comes_in_by_a_new_code(house: House) -> None:
    live = await house.conference()
    old = house.door(live, "oanh")
    chair = await house.come(live, "chair")
    await chair.do({"do": "refuse", "person": "oanh", "ground": "no_capacity", "words": "…"})
    await chair.do({"do": "readmit", "person": "oanh", "reason": "Nhầm người"})
    desk = house.door(live, "desk")
    async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
        bearer = {"Authorization": f"Bearer {desk.secret}"}
        answer = await http.post(f"/api/seats/{desk.seat}/codes", json={"person": "oanh"}, headers=bearer)
        for _ in range(50):
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.05)
            answer = await http.post(f"/api/seats/{desk.seat}/codes", json={"person": "oanh"}, headers=bearer)
    back = await house.client(await enter(house.base, code=answer.json()["code"])).come()
    assert back.audience == "citizen" and back.me["standing"] == "joined"
    assert (await house.client(old).come()).code == 4401, "the old session stays void"


async def test_turned_away_at_the_door_is_told_and_closed(house: House) -> None:
    live = await house.conference()
    desk = await house.come(live, "desk")
    with house.parts.engine.begin() as database:
        public = public_link(database, house.parts.keys, live.id, now())
    with pytest.raises(NotLetIn) as asked:
        await enter(house.base, token=public)
    assert asked.value.code == "asks_name"
    door = await enter(house.base, token=public, name="Người lạ")
    stranger = await house.client(door).come()
    await desk.until(lambda: desk.view["lobby"])
    await desk.do({"do": "turn_away", "persons": list(desk.view["lobby"])})
    await stranger.until(lambda: stranger.code is not None)
    assert stranger.code == 4403 and stranger.bye and stranger.bye["reason"] == "turned_away"
    assert (await house.client(door).come()).code == 4403


# --- presence (R9) and signals ------------------------------------------------------------------------------------------


async def test_a_short_loss_is_no_absence_and_a_long_one_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "GONE_AFTER", 0.6)
    live = await house.conference()
    desk = await house.come(live, "desk")
    await house.still(live)
    assert live.room.state.people["desk"].present
    seq = live.room.state.seq
    desk.cut()
    await desk.until(lambda: desk.code is not None)
    await asyncio.sleep(0.2)
    await desk.come()
    await asyncio.sleep(0.8)
    assert live.room.state.seq == seq, "nothing was noted"
    desk.cut()
    await until(lambda: not live.room.state.people["desk"].present)
    await desk.come()
    await until(lambda: live.room.state.people["desk"].present)


async def test_of_citizens_only_those_who_wait_or_speak_are_noted_and_lose_the_floor_after_the_grace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "GONE_AFTER", 0.3)
    live = await house.conference(floor_grace_s=1)
    await bring_to_step(live, 4)
    chair = await house.come(live, "chair")
    oanh = await house.come(live, "oanh")
    state = await house.still(live)
    seq = state.seq
    phuc = await house.come(live, "phuc")
    phuc.cut()
    await asyncio.sleep(0.6)
    assert live.room.state.seq == seq, "an onlooker is counted, not recorded (R43)"
    await oanh.do({"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"})
    await chair.do({"do": "call_next"})
    await oanh.do({"do": "take_floor", "entry": "oanh-1"})
    await until(lambda: live.room.state.people["oanh"].present)
    oanh.cut()
    await until(lambda: not live.room.state.people["oanh"].present)
    assert live.room.state.floor.main, "the floor is kept for the grace time"
    await until(lambda: live.room.state.floor.main is None)
    assert next(iter(live.room.state.speeches.values())).ended == "lost"


async def test_who_was_present_before_a_restart_and_stays_away_is_gone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    live = await house.conference()
    chair, desk = await house.come(live, "chair"), await house.come(live, "desk")
    await until(lambda: live.room.state.people["chair"].present and live.room.state.people["desk"].present)
    await live.close()
    house.parts.rooms._open.clear()
    monkeypatch.setattr(hub.Hub.__init__, "__kwdefaults__", {"settle": 0.5})
    await chair.until(lambda: chair.code is not None)
    assert chair.code == 1012
    await chair.come()
    again = await house.parts.rooms.get(live.id)
    assert again is not live
    await until(lambda: not again.room.state.people["desk"].present)
    assert again.room.state.people["chair"].present
    assert desk.code == 1012


async def test_typing_is_told_to_the_other_secretaries_alone(house: House) -> None:
    live = await house.conference()
    one, two, chair, oanh = [await house.come(live, p) for p in ("secretary", "second", "chair", "oanh")]
    seq = (await house.still(live)).seq
    await one.send({"type": "signal", "signal": {"kind": "typing", "line": "line-1"}})
    await two.until(lambda: any(s["kind"] == "typing" and s["line"] == "line-1" and s["person"] == "secretary" for s in two.signals))
    await one.leave()
    await two.until(lambda: two.signals[-1].get("kind") == "typing" and two.signals[-1]["line"] is None)
    await oanh.send({"type": "signal", "signal": {"kind": "typing", "line": "line-1"}})
    await oanh.ping()
    for client in (two, chair, oanh):
        await client.ping()
    assert not any(s["kind"] == "typing" for s in chair.signals + oanh.signals + one.signals)
    assert not any(s.get("person") == "oanh" for s in two.signals)
    assert live.room.state.seq == seq, "a signal is never recorded"


async def test_the_audience_is_counted(house: House) -> None:
    live = await house.conference()
    chair = await house.come(live, "chair")
    for person in ("oanh", "phuc", "minh"):
        await house.come(live, person)
    await chair.do({"do": "show_on_display", "mode": "neutral"})
    office = await house.come(live, "office")
    await office.do({"do": "count_people", "venue": "main", "count": 77})
    await chair.until(lambda: any(s["kind"] == "counts" and s["online"] == 2 and s["present"] == 79 for s in chair.signals))
    assert next(s for s in reversed(chair.signals) if s["kind"] == "counts")["venues"] == {"main": 77}
