"""The parents' page of a school: what it shares with its families, for everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.contacts.actions.campaigns import public_campaigns
from services.contacts.domain.campaigns import FEWEST_SHOWN
from services.contacts.domain.resources import Resource
from services.contacts.store.resources import Chosen
from services.contacts.web.at import AtDesk, choices
from shared import web
from shared.errors import NotFound
from shared.i18n import N_
from shared.messages import SchoolChanged

SHOWS = "what a school shares with all its families, its campaigns in numbers, and its phone"
PUBLIC = (
    web.PublicRoute(
        "GET", "/contacts/parents/{school_id}", "families look without an account", SHOWS,
        "120/minute",
    ),
    web.PublicRoute(
        "GET", "/contacts/parents/{school_id}/files/{resource_id}",
        "families look without an account", SHOWS, "60/minute",
    ),
)  # fmt: skip
router = APIRouter(prefix="/contacts/parents", include_in_schema=False)
CHOICES: dict[str, str] = {
    "reading": N_("Reading"),
    "math": N_("Math"),
    "homework": N_("Homework"),
    "language": N_("Learning English and other languages"),
    "technology": N_("Computers and phones"),
    "special_needs": N_("Special needs"),
    "health": N_("Health and feelings"),
    "after_school": N_("After school and summer"),
    "help": N_("Food, clothes, housing, work"),
    "rights": N_("Your rights and how to take part"),
}
LANGUAGES = ("en", "es", "ar", "zh", "vi", "pt", "ru", "fr", "ht", "so", "uk", "tl")
"""Those in which letters are written."""
GRADES = ("PK", "KG", *(f"{number:02}" for number in range(1, 13)))


class Narrowed:
    """What was chosen above the list; unknown words choose nothing."""

    def __init__(
        self,
        topic: Annotated[str, Query(max_length=20)] = "",
        language: Annotated[str, Query(max_length=35)] = "",
        grade: Annotated[str, Query(max_length=10)] = "",
    ) -> None:
        """As the address says."""
        self.topic = topic if topic in CHOICES else ""
        self.language = language if language in LANGUAGES else ""
        self.grade = grade if grade in GRADES else ""

    def chosen(self) -> Chosen:
        """As the store asks."""
        return Chosen(self.topic, self.language, self.grade)


Narrow = Annotated[Narrowed, Depends(Narrowed)]


def narrowing(page: web.PageContext, narrow: Narrowed) -> dict[str, Any]:
    """What the form above a list needs."""
    return {
        "narrow": narrow,
        "topics": (topics := choices(page, CHOICES)),
        "topic_names": dict(topics),
        "written_in": LANGUAGES,
        "grade_codes": GRADES,
    }


@router.get("/{school_id}")
async def parents_page(page: web.Page, desk: AtDesk, school_id: str, narrow: Narrow) -> Response:
    """What the school and the district share, by topic."""
    school = await _school(desk, school_id)
    found = await desk.store.resources.shown(school_id, narrow.chosen())
    return page.render(
        "contacts/parents.html",
        school=school,
        campaigns=await public_campaigns(desk.store, desk.units.clock, school),
        fewest=FEWEST_SHOWN,
        resources=found,
        **narrowing(page, narrow),
    )


@router.get("/{school_id}/files/{resource_id}")
async def parents_file(desk: AtDesk, school_id: str, resource_id: str) -> Response:
    """A file of what is shown."""
    school = await _school(desk, school_id)
    known = await desk.store.resources.one(resource_id)
    if known.state != "shown" or known.school_id not in {None, school.school_id}:
        raise NotFound("There is no such file.")
    return await file_response(desk, known)


async def file_response(desk: AtDesk, known: Resource) -> Response:
    """The file of a resource, to be saved: nothing of it runs in our pages."""
    if known.file is None:
        raise NotFound("There is no such file.")
    content = await desk.store.resources.file(known.resource_id)
    headers = {"Content-Disposition": f'attachment; filename="{known.file.name}"'}
    return Response(content, media_type=known.file.kind, headers=headers)


async def _school(desk: AtDesk, school_id: str) -> SchoolChanged:
    school = await desk.store.directory.school(school_id)
    if school is None or not school.active:
        raise NotFound("There is no such school.")
    return school
