"""The figures as CSV."""

import csv
import io
from datetime import timedelta

import pytest

from services.reports.web.exports import safe
from tests.reports.conftest import hear
from tests.reports.house import (
    PRINCIPAL,
    House,
)
from tests.reports.making import (
    bounced,
    contact,
    seal,
)


async def test_contacts_are_exported_by_day_and_kind(busy: House) -> None:
    found = await busy.get("/reports/contacts.csv?period=month:2026-11", PRINCIPAL)
    assert found.headers["content-type"].startswith("text/csv")
    assert "attachment" in found.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(found.text.lstrip("\ufeff"))))
    assert sum(int(row["contacts"]) for row in rows) == 16
    assert {row["origin"] for row in rows} == {"/partners/contacts", "/ext/sis"}


async def test_an_export_as_of_a_day_ignores_what_was_recorded_later(busy: House) -> None:
    before = await busy.get("/reports/coverage.csv?period=month:2026-11", PRINCIPAL)
    busy.clock.move(timedelta(days=2))
    await hear(busy.desk, contact("late", "m2"), seal(bounced("d", "m4"), 2))
    path = "/reports/coverage.csv?period=month:2026-11&as_of="
    assert (await busy.get(path + "2026-11-24", PRINCIPAL)).text == before.text
    now = await busy.get(path, PRINCIPAL)
    assert now.text != before.text
    contacts = "/reports/contacts.csv?period=month:2026-11&as_of="
    then = (await busy.get(contacts + "2026-11-23", PRINCIPAL)).text
    assert len(then.splitlines()) == 1
    refused = await busy.get(path + "2026-11-26", PRINCIPAL)
    assert refused.status_code == 422


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe("Maple") == "Maple"
    assert safe(-3) == -3
