"""Making all entries of the search anew from what they repeat: at the first start of a release that keeps other entries than the one before, and by `doithoai reindex`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, insert, or_, select

from moderation.case.rights import SYSTEM
from server.conclusions.items import found_by, names_of
from server.conclusions.tables import conclusion
from server.conferences import found
from server.conferences.tables import conference
from server.office.work import Work
from server.papers import register
from server.papers.tables import paper
from server.petitions.entering import entries
from server.petitions.tables import petition
from server.protection.erasing import ERASED
from server.search.search import Entry, entry
from server.search.tables import search_entry

MAKING = 3
"""Which making of the entries this is. It goes up when what is kept of a thing, or under which kind, changes. 1 kept names of senders, and petitions that nobody had
triaged, where everybody who may see petitions found them; it was not noted. 2 kept no papers and no conferences."""

NOTED = "making"
"""Kind of the row that says which making the entries are. Nobody finds it: it has no text and belongs to no unit."""

BATCH = 1_000


def is_current(db: Connection) -> bool:
    """Whether the entries are of this making."""
    return db.scalar(select(search_entry.c.id).where(search_entry.c.kind == NOTED, search_entry.c.subject == str(MAKING))) is not None


def rebuild(db: Connection, now: int) -> int:
    """Makes all entries anew, in the transaction that `db` is in, and notes their making; gives how many there are. Who does it twice changes nothing."""
    w = Work(db, SYSTEM, now)
    since = {row.subject: row.at for row in db.execute(select(search_entry.c.subject, search_entry.c.at).where(search_entry.c.kind == "conclusion"))}
    db.execute(search_entry.delete())
    count = sum(_put(db, made) for made in (_of_petitions(w), _of_conclusions(w, since), _of_papers(w), _of_conferences(w)))
    note = entry(kind=NOTED, subject=str(MAKING), conference=None, unit="", title="", path="", texts=(), at=now)
    db.execute(insert(search_entry), [note])
    return count


def _put(db: Connection, made: Iterator[Entry]) -> int:
    count, batch = 0, []
    for one in made:
        batch.append(one)
        if len(batch) == BATCH:
            db.execute(insert(search_entry), batch)
            count, batch = count + len(batch), []
    if batch:
        db.execute(insert(search_entry), batch)
    return count + len(batch)


def _of_petitions(w: Work) -> Iterator[Entry]:
    """Of all petitions but those whose sender's data were erased: these are in the search no more."""
    kept = or_(petition.c.name != ERASED, petition.c.content != ERASED)
    for case in w.db.execute(select(conference.c.id, conference.c.unit).order_by(conference.c.id)).all():
        for row in w.db.execute(select(petition).where(petition.c.conference == case.id, kept).order_by(petition.c.number)).mappings().all():
            yield from entries(w, row, case.unit)


def _of_conclusions(w: Work, since: dict[str, int]) -> Iterator[Entry]:
    """Of all items of conclusions, as of the time since when they were found, else now."""
    names = names_of(w)
    cases = {row.id: row for row in w.db.execute(select(conference.c.id, conference.c.unit, conference.c.title))}
    for item in w.db.execute(select(conclusion).order_by(conclusion.c.id)).mappings().all():
        case = cases[item["conference"]]
        yield found_by(item, names, case.unit, case.title, since.get(item["id"], w.now))


def _of_papers(w: Work) -> Iterator[Entry]:
    """Of all papers that were issued and name no petitioner."""
    for row in w.db.execute(select(paper).where(paper.c.state == "issued").order_by(paper.c.id)).mappings().all():
        yield from register.found_by(row)


def _of_conferences(w: Work) -> Iterator[Entry]:
    for row in w.db.execute(select(conference).order_by(conference.c.id)).mappings().all():
        yield found.found_by(row)
