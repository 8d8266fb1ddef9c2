"""/van-phong/to-chuc: who works as what, and the accounts with which they sign in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from moderation.case.rights import Duty
from server.accounts.links import setup_link
from server.accounts.staff import account_of, accounts, create_account, disable_account
from server.db.tables import account
from server.office.forms import Code, Day, FormBody, Line, MaybeLine, read_form
from server.office.office import Context, View
from server.office.office import Office as Door
from server.office.work import Work
from server.organisation.duties import end_duty, give_duty, holders
from server.organisation.pages import HERE
from server.organisation.queries import bodies, chairs
from server.organisation.tables import body, duty, unit


class DutyForm(FormBody):
    """What an account works as."""

    account: Code
    role: Duty
    body: Code
    office: Code | None = None
    since: Day
    until: Day | None = None


class DutyEndForm(FormBody):
    """The last day of a duty, and why."""

    last_day: Day
    why: MaybeLine = ""


class AccountForm(FormBody):
    """An account to be made."""

    login: Line
    name: Line


class Plain(FormBody):
    """A button alone."""


def duty_pages(door: Door) -> APIRouter:
    """For administrators."""
    router = APIRouter()

    @router.get(HERE + "/don-vi/{id}/nguoi-moi")
    async def new_duty(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: duty_view(w, id))

    @router.post(HERE + "/don-vi/{id}/nguoi-moi")
    async def enter_duty(request: Request, id: str) -> Response:
        form = await read_form(request, DutyForm)

        def do(w: Work) -> None:
            given = form.value
            give_duty(w, given.account, given.role, given.body, given.since, given.office, given.until)

        return await door.submit(request, form, do, f"{HERE}/don-vi/{id}", lambda w: duty_view(w, id))

    @router.get(HERE + "/nguoi-giu/{id}/ket-thuc")
    async def show_end(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: end_view(w, id))

    @router.post(HERE + "/nguoi-giu/{id}/ket-thuc")
    async def keep_end(request: Request, id: str) -> Response:
        form = await read_form(request, DutyEndForm)

        def do(w: Work) -> str:
            end_duty(w, id, form.value.last_day, form.value.why)
            return str(w.row(body, w.row(duty, id)["body"])["unit"])

        return await door.submit(request, form, do, lambda at: f"{HERE}/don-vi/{at}", lambda w: end_view(w, id))

    @router.get(f"{HERE}/tai-khoan")
    async def show_accounts(request: Request) -> Response:
        return await door.show(request, accounts_view())

    def base(request: Request) -> str:
        return door.settings.public_url or str(request.base_url).rstrip("/")

    def linked(w: Work, id: str) -> str:
        """A link with which a password is set, once; the older ones are void."""
        w.allow("keep_accounts")
        return setup_link(w.db, door.keys, account_of(w.db, id).id, w.now)

    @router.post(f"{HERE}/tai-khoan")
    async def make_account(request: Request) -> Response:
        """Makes an account and shows its link: the one time that it can be read, so there is no redirect."""
        form = await read_form(request, AccountForm)

        def do(w: Work) -> str:
            w.allow("keep_accounts")
            id = create_account(w.db, form.value.login, form.value.name, w.now)
            w.tell(account, id, {"login": (None, account_of(w.db, id).login)})
            return linked(w, id)

        if form.ok:
            try:
                token = await door.act(request, do)
            except Refusal as refusal:
                form.refuse(request, refusal)
            else:
                return await door.show(request, accounts_view(form.value.name, f"{base(request)}/thiet-lap#{token}"))
        return await door.show(request, accounts_view(), form=form, status=422)

    @router.post(HERE + "/tai-khoan/{id}/lien-ket")
    async def link_again(request: Request, id: str) -> Response:
        """A new link for an account whose password is lost."""
        await read_form(request, Plain)
        try:
            name, token = await door.act(request, lambda w: (linked_name(w, id), linked(w, id)))
        except Refusal as refusal:
            return door.page.refused(request, refusal)
        return await door.show(request, accounts_view(name, f"{base(request)}/thiet-lap#{token}"))

    def linked_name(w: Work, id: str) -> str:
        w.allow("keep_accounts")
        return account_of(w.db, id).name

    @router.post(HERE + "/tai-khoan/{id}/khoa")
    async def close(request: Request, id: str) -> Response:
        form = await read_form(request, Plain)
        return await door.submit(request, form, lambda w: close_account(w, id, True), f"{HERE}/tai-khoan", accounts_view())

    @router.post(HERE + "/tai-khoan/{id}/mo")
    async def reopen(request: Request, id: str) -> Response:
        form = await read_form(request, Plain)
        return await door.submit(request, form, lambda w: close_account(w, id, False), f"{HERE}/tai-khoan", accounts_view())

    return router


def close_account(w: Work, id: str, closed: bool) -> None:
    """Closes an account, or opens it again; nobody closes their own (raises `Refusal` not_allowed, account_unknown, own_account)."""
    w.allow("keep_accounts")
    if id == w.by.account:
        raise Refusal("own_account")
    before = account_of(w.db, id).disabled
    disable_account(w.db, id, closed, w.now)
    w.tell(account, id, {"disabled": (before, closed)})


def duty_view(w: Work, id: str) -> tuple[str, Context]:
    """The form of a new duty at a body of this unit."""
    w.allow("keep_organisation")
    place = w.row(unit, id)
    return "organisation/duty_form.html", {
        "place": place,
        "people": [(one.id, f"{one.name} ({one.login})") for one in accounts(w.db) if not one.disabled],
        "roles": [role.value for role in Duty],
        "bodies": [(one.id, one.short) for one in bodies(w.db, id, w.today)],
        "offices": [(one.id, one.title) for one in chairs(w.db, id, w.today)],
    }


def end_view(w: Work, id: str) -> tuple[str, Context]:
    """The form that ends a duty."""
    w.allow("keep_organisation")
    found = w.row(duty, id)
    return "organisation/end_form.html", {
        "title": account_of(w.db, found["account"]).name, "action": f"{HERE}/nguoi-giu/{id}/ket-thuc",
        "back": f"{HERE}/don-vi/{w.row(body, found['body'])['unit']}", "explain": "organisation.end_duty",
    }  # fmt: skip


def accounts_view(name: str = "", link: str = "") -> View:
    """All accounts with their duties; and the link just made."""

    def look(w: Work) -> tuple[str, Context]:
        w.allow("keep_accounts")
        working = holders(w.db, w.today)
        rows = [(one, [h for h in working if h.login == one.login]) for one in accounts(w.db)]
        return "organisation/accounts.html", {"rows": rows, "link": link, "of": name, "own": w.by.account}

    return look
