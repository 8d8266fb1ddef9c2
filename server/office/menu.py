"""The menu of the office and the tabs of a case. An entry shows to whoever may do one of its actions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """`label` is a key of the catalogue; `path` an address, for tabs the part behind the case's own."""

    label: str
    path: str
    icon: str
    actions: tuple[str, ...]


MENU = (
    Item("menu.desk", "/", "house", ("see_office",)),
    Item("menu.cases", "/van-phong/hoi-nghi", "presentation", ("see_case",)),
    Item("menu.year", "/van-phong/chuong-trinh-nam", "calendar-days", ("plan_year", "approve_plan")),
    Item("menu.petitions", "/van-phong/kien-nghi", "message-square-text", ("see_petitions",)),
    Item("menu.tasks", "/van-phong/nhiem-vu", "list-checks", ("see_case",)),
    Item("menu.papers", "/van-phong/van-ban", "file-text", ("see_case",)),
    Item("menu.reports", "/van-phong/bao-cao", "chart-column", ("make_report", "sign_report", "approve_plan")),
    Item("menu.search", "/van-phong/tim-kiem", "search", ("see_case",)),
    Item("menu.messages", "/van-phong/thu-gui", "mail", ("send_invitations", "keep_accounts")),
    Item("menu.data", "/van-phong/du-lieu-ca-nhan", "shield", ("handle_data_requests",)),
    Item("menu.calendar", "/van-phong/lich-lam-viec", "calendar", ("see_office",)),
    Item("menu.organisation", "/van-phong/to-chuc", "building", ("keep_organisation",)),
    Item("menu.templates", "/van-phong/mau-van-ban", "file-pen", ("keep_templates",)),
    Item("menu.history", "/van-phong/lich-su", "history", ("keep_organisation",)),
)

CASE_TABS = (
    Item("tab.overview", "", "layout-list", ("see_case",)),
    Item("tab.plan", "/ke-hoach", "clipboard-list", ("see_case",)),
    Item("tab.petitions", "/kien-nghi", "message-square-text", ("see_petitions",)),
    Item("tab.invitations", "/moi-va-thong-bao", "mail", ("see_case",)),
    Item("tab.room", "/phong-hop", "presentation", ("see_case",)),
    Item("tab.conclusion", "/ket-luan", "gavel", ("see_case",)),
    Item("tab.papers", "/van-ban", "file-text", ("see_case",)),
    Item("tab.dossier", "/ho-so", "archive", ("see_case",)),
    Item("tab.history", "/lich-su", "history", ("read_history",)),
)
