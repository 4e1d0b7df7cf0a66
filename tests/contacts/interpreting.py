"""Interpreters in the list, and families who need one, for several tests."""

from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import Office
from tests.contacts.site import ContactsSite

PATH = "/contacts/interpreters"
API = "/contacts/api/v1/interpreters"
HUDA = {
    "name": "Huda Nasser",
    "languages": ["ar", "so"],
    "phone": "+1 555 0100",
    "hours": [{"weekday": 1, "begins": "14:00", "ends": "16:00"}],
    "independent": True,
}


async def add(site: ContactsSite, viewer: Viewer, **facts: object) -> dict[str, object]:
    """Add one by the API; a coordinator adds for the own school."""
    own = min(viewer.school_ids, default="")
    answer = await site.program(viewer).post(API, json={**HUDA, "school_id": own, **facts})
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def home(district: Office, viewer: Viewer, language: str, *, needs: bool) -> FamilyChanged:
    """A family of the viewer's school whose adults all speak a language."""
    rows = await district.desk.database["dir_families"].find({"active": True}).to_list(None)
    [school_id] = viewer.school_ids
    row = next(r for r in rows if r["guardians"] and r["students"][0]["school_id"] == school_id)
    changes = {"guardians.$[].language": language, "guardians.$[].interpreter": needs}
    where = {"_id": row["_id"]}
    await district.desk.database["dir_families"].update_one(where, {"$set": changes})
    found = await district.desk.store.directory.family(row["_id"])
    assert found is not None
    return found
