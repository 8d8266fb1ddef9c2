"""`docs/regulation.md` maps every clause to its screen and its test: none is missing, each screen is a route of the server, each test is there and names the clause."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.office.ward import open_ward

ROOT = Path(__file__).resolve().parent.parent
CLAUSES = re.findall(
    r"\S+",
    "D0.3 D1.1 D1.2 D1.3 D2.1a D2.1b D2.2 D3 D4.1 D4.2 D4.3 D5.1 D5.2a D5.2b D6.1 D6.2a D6.2b D6.3 D7 D8.1a D8.1b D8.1c D8.1d D8.2a D8.2b D8.2c D8.2d D8.3 "
    "D9.1 D9.2 D9.3 D9.4 D9.5 D9.6 D9.7 D10.1a D10.1b D10.1c D10.2 D10.3 D11.1 D11.2 D11.3 D12.1 D12.2 D12.3 D13.1 D13.2 D13.3 D14.1 D14.2 D14.3 "
    "D15.1a D15.1b D15.1c D15.2 D16.1 D16.2",
)
ROW = re.compile(r"^\| (D[\d.]+[a-d]?) \| ([^|]+) \| ([^|]+) \| `([^`|]+)` \| ([^|]+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, list[str]]]:
    """Clause → screen and tests (`file::name`)."""
    text = (ROOT / "docs/regulation.md").read_text("utf-8")
    return {found[1]: (found[4], re.findall(r"`([^`]+)`", found[5])) for found in ROW.finditer(text)}


def test_every_clause_has_a_row() -> None:
    assert list(rows()) == CLAUSES


def test_every_test_named_is_there_and_names_its_clause() -> None:
    for clause, (_, tests) in rows().items():
        assert tests, clause
        for test in tests:
            path, _, name = test.partition("::")
            assert re.search(rf"def {re.escape(name)}\(", (ROOT / path).read_text("utf-8")), test
        word = clause.replace(".", "_").lower()
        assert any(re.search(rf"(^|_){word}(_|$)", test.partition("::")[2].lower()) for test in tests), clause


def paths(routes: list[Any]) -> set[str]:
    """The paths of routes, with those of the routers among them."""
    found: set[str] = set()
    for route in routes:
        inner = getattr(route, "original_router", None)
        found |= paths(inner.routes) if inner is not None else {getattr(route, "path", "")}
    return found


async def test_every_screen_is_a_route_of_the_server(tmp_path: Path) -> None:
    async with open_ward(tmp_path) as ward:
        shapes = {re.sub(r"\{\w+(:\w+)?\}", "{}", path) for path in paths(ward.app.routes)}
    assert [screen for screen, _ in rows().values() if re.sub(r"\{\w+\}", "{}", screen) not in shapes] == []
