"""The calendar feed of an account: its conferences and deadlines as iCalendar, under a secret address that the owner makes and revokes.

Calendar programs match what they have by UID; ours are made from the rows' ids and so stay the same when a date moves. What was called off is sent as CANCELLED.
"""

from __future__ import annotations

import hmac
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vDuration
from sqlalchemy import RowMapping, or_, select

from moderation import Refusal
from moderation.case.rights import Staff
from moderation.case.stages import Stage
from server.accounts.keys import Keys
from server.accounts.staff import account_of
from server.clock import HANOI
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.desk.tables import calendar_feed
from server.desk.waiting import concerning, place_of, reach, with_titles
from server.i18n import t
from server.office.staff import staff_of
from server.office.work import Work

PAST = timedelta(days=90)
"""How far back the feed goes; it has no end forward."""
MOST = 2_000
"""Most entries of each kind in one feed."""


def address_of(keys: Keys, feed: str) -> str:
    """The secret path of a feed."""
    return f"/lich/{feed}{_proof(keys, feed)}.ics"


def make_feed(w: Work) -> str:
    """Gives the one who works a new address, and takes the old one back; gives the feed's id."""
    if not w.by.posts:
        raise Refusal("not_allowed", command="keep_feed")
    w.act = "keep_feed"
    revoke_feed(w)
    return w.add(calendar_feed, account=w.by.account, created=w.now)


def revoke_feed(w: Work) -> None:
    """Takes the address back: from now on it opens nothing."""
    w.act = "keep_feed"
    for id in w.db.scalars(select(calendar_feed.c.id).where(calendar_feed.c.account == w.by.account, calendar_feed.c.revoked.is_(None))).all():
        w.change(calendar_feed, id, revoked=w.now)


def feed_of(w: Work) -> str | None:
    """The feed of the one who works, if they have one."""
    return w.db.scalar(select(calendar_feed.c.id).where(calendar_feed.c.account == w.by.account, calendar_feed.c.revoked.is_(None)))


def whose(w: Work, keys: Keys, token: str) -> Staff:
    """Whose feed this address is (raises `Refusal` not_found for a wrong or revoked one and for a closed account)."""
    feed, proof = token[:32], token[32:]
    found = w.db.scalar(select(calendar_feed.c.account).where(calendar_feed.c.id == feed, calendar_feed.c.revoked.is_(None)))
    if not token.isascii() or not hmac.compare_digest(proof, _proof(keys, feed)) or found is None:
        raise Refusal("not_found")
    account = account_of(w.db, found)
    if account.disabled:
        raise Refusal("not_found")
    return staff_of(w.db, account, w.today)


def _proof(keys: Keys, feed: str) -> str:
    return keys.hash("calendar", feed).hex()[:32]


def calendar(w: Work, staff: Staff, base: str) -> bytes:
    """The feed as a file. `base` is the server's address for the links in it."""
    whole = Calendar()
    whole.add("prodid", "-//Doi thoai//VI")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", t("vi", "feed.name"))
    whole.add("x-wr-timezone", "Asia/Ho_Chi_Minh")
    whole.add("refresh-interval", vDuration(timedelta(hours=1)), parameters={"value": "DURATION"})
    since = (w.today - PAST).isoformat()
    stamp = datetime.fromtimestamp(w.now / 1_000, UTC)
    for row in _cases(w, staff, since):
        whole.add_component(_conference(row, stamp, base))
    mine = concerning(staff, deadline.c.id).where(deadline.c.due >= since)
    deadlines = with_titles().where(deadline.c.id.in_(mine)).order_by(deadline.c.due, deadline.c.id).limit(MOST)
    for row in w.db.execute(deadlines).mappings():
        whole.add_component(_deadline(row, stamp, base))
    return bytes(whole.to_ical())


def _cases(w: Work, staff: Staff, since: str) -> list[RowMapping]:
    """The conferences in the reach of somebody's duties; drafts are nobody's appointment yet."""
    dated = (conference.c.date.is_not(None), or_(conference.c.date >= since, conference.c.last_day >= since))
    where = (conference.c.unit.in_(reach(staff)), conference.c.stage != Stage.DRAFT.value, *dated)
    return list(w.db.execute(select(conference).where(*where).order_by(conference.c.date, conference.c.id).limit(MOST)).mappings())


def _conference(row: RowMapping, stamp: datetime, base: str) -> Event:
    entry = Event()
    entry.add("uid", f"conference-{row['id']}@doithoai")
    entry.add("dtstamp", stamp)
    entry.add("sequence", row["version"])
    entry.add("summary", row["title"])
    day, last = date.fromisoformat(row["date"]), date.fromisoformat(row["last_day"] or row["date"])
    if row["starts_at"] and row["ends_at"]:
        entry.add("dtstart", _moment(day, row["starts_at"]))
        entry.add("dtend", _moment(last, row["ends_at"]))
    else:
        entry.add("dtstart", day)
        entry.add("dtend", last + timedelta(days=1))
    if row["place"]:
        entry.add("location", row["place"])
    entry.add("url", f"{base}/van-phong/hoi-nghi/{row['id']}")
    off = row["stage"] in (Stage.CANCELLED.value, Stage.POSTPONED.value)
    entry.add("status", "CANCELLED" if off else "CONFIRMED" if row["approved_at"] else "TENTATIVE")
    return entry


def _deadline(row: RowMapping, stamp: datetime, base: str) -> Event:
    """A deadline is a day without a time, and takes no time of anybody: TRANSPARENT."""
    entry = Event()
    due = date.fromisoformat(row["due"])
    said = t("vi", f"deadline.{row['kind']}")
    entry.add("uid", f"deadline-{row['id']}@doithoai")
    entry.add("dtstamp", stamp)
    entry.add("summary", t("vi", "feed.met" if row["met_on"] else "feed.due", what=said))
    entry.add("dtstart", due)
    entry.add("dtend", due + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    if row["title"]:
        entry.add("description", "\n".join(filter(None, (row["about"], row["title"]))))
    entry.add("url", base + place_of(row))
    entry.add("status", "CANCELLED" if row["closed"] and not row["met_on"] else "CONFIRMED")
    return entry


def _moment(day: date, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{hour}").replace(tzinfo=HANOI).astimezone(UTC)
