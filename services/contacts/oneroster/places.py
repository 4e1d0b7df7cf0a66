"""Judges orgs, terms and classes: few enough to be held whole, and all else refers to them."""

from dataclasses import dataclass, field

from services.contacts.domain.people import clean_text, normal_grade, shown
from services.contacts.domain.roster import (
    Mode,
    OrgKind,
    School,
    SchoolClass,
    Term,
    class_dates,
    school_of,
)
from services.contacts.oneroster.cells import read_list
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import ClassCells, OrgCells, TermCells
from services.contacts.oneroster.tables import OpenTable


@dataclass
class Places:
    """By sourced id. `orgs_whole`/`classes_whole`: whether an unknown id is surely a mistake."""

    orgs: dict[str, School] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    classes: dict[str, SchoolClass] = field(default_factory=dict)
    orgs_whole: bool = False
    terms_whole: bool = False
    classes_whole: bool = False

    @property
    def schools(self) -> tuple[School, ...]:
        return tuple(org for org in self.orgs.values() if org.kind is OrgKind.SCHOOL)


_SCHOOLS = frozenset({"school", "college", "campus", "highschool", "charterschool"})
_DISTRICTS = frozenset(
    [
        "district",
        "local",
        "state",
        "national",
        "ministryofeducation",
        "departmentofeducation",
        "region",
        "localeducationagency",
        "charterorg",
        "educationservicecenter",
        "authority",
        "trust",
    ]
)


def judge_orgs(table: OpenTable[OrgCells], places: Places, findings: Findings) -> None:
    rows = []
    for line, cells in table.taken(findings):
        if not clean_text(cells.name):
            findings.refuse(table.file, line, "no-name", "The school or district has no name.")
            continue
        rows.append((line, cells))
    parents = {cells.parent for _, cells in rows if _plain(cells.type) in _SCHOOLS}
    for line, cells in rows:
        kind = _org_kind(line, cells, cells.id in parents, table, findings)
        name, parent = clean_text(cells.name), cells.parent or None
        places.orgs[cells.id] = School(cells.id, name, kind, parent, cells.identifier or None)
    places.orgs_whole = table.mode is Mode.BULK
    _check_departments(table, rows, places, findings)


def _plain(org_type: str) -> str:
    return org_type.lower().removeprefix("ext:").replace(" ", "").replace("_", "")


def _org_kind(
    line: int, cells: OrgCells, has_schools: bool, table: OpenTable[OrgCells], findings: Findings
) -> OrgKind:
    plain = _plain(cells.type)
    if plain in _SCHOOLS:
        return OrgKind.SCHOOL
    if plain in _DISTRICTS:
        return OrgKind.DISTRICT
    if plain == "department":
        return OrgKind.DEPARTMENT
    kind = OrgKind.DISTRICT if has_schools else OrgKind.SCHOOL
    if plain != "university":
        reason = (
            f"{shown(cells.type)} is not a known type of organisation; it was taken as a {kind}. "
            "If that is wrong, write school, department or district."
        )
        findings.repair(table.file, line, "org-type", reason)
    return kind


def _check_departments(
    table: OpenTable[OrgCells], rows: list[tuple[int, OrgCells]], places: Places, findings: Findings
) -> None:
    for line, cells in rows:
        org = places.orgs[cells.id]
        lost = org.kind is OrgKind.DEPARTMENT and school_of(org.sourced_id, places.orgs) is None
        if lost and places.orgs_whole:
            reason = (
                f"The school of the department {shown(cells.id)} is not in the file, so its people "
                "and classes belong to no school."
            )
            findings.repair(table.file, line, "department-without-school", reason)


def judge_terms(table: OpenTable[TermCells], places: Places, findings: Findings) -> None:
    for line, cells in table.taken(findings):
        begins, ends = table.span(line, cells.begins, cells.ends, findings)
        title = clean_text(cells.title) or cells.id
        places.terms[cells.id] = Term(cells.id, title, cells.type, begins, ends, cells.year or None)
    places.terms_whole = table.mode is Mode.BULK


def judge_classes(table: OpenTable[ClassCells], places: Places, findings: Findings) -> None:
    for line, cells in table.taken(findings):
        if cells.term_begins or cells.term_ends:
            _take_term(line, cells, table, places, findings)
        school_id = _school_of_class(line, cells, table, places, findings)
        if school_id is None and places.orgs_whole:
            continue
        term_ids = read_list(cells.terms)
        places.classes[cells.id] = _class(cells, school_id, term_ids, places)
        _check_dates(line, places.classes[cells.id], table, places, findings)
    places.classes_whole = table.mode is Mode.BULK


def _take_term(
    line: int, cells: ClassCells, table: OpenTable[ClassCells], places: Places, findings: Findings
) -> None:
    term_id = cells.terms or f"{cells.term_begins}–{cells.term_ends}"
    if term_id in places.terms:
        return
    begins, ends = table.span(line, cells.term_begins, cells.term_ends, findings)
    title = clean_text(cells.term_title) or term_id
    places.terms[term_id] = Term(term_id, title, "term", begins, ends)


def _school_of_class(
    line: int, cells: ClassCells, table: OpenTable[ClassCells], places: Places, findings: Findings
) -> str | None:
    school_id = school_of(cells.school, places.orgs)
    if school_id is not None or not places.orgs_whole:
        return school_id
    if cells.school in places.orgs:
        reason = (
            f"The class belongs to {shown(cells.school)}, which is not a school. "
            "It was left out; give it the id of its school."
        )
        findings.refuse(table.file, line, "class-without-school", reason)
    else:
        reason = (
            f"The school {shown(cells.school)} of this class is not among the schools of the "
            "package. The class was left out."
        )
        findings.refuse(table.file, line, "unknown-school", reason)
    return None


def _class(
    cells: ClassCells, school_id: str | None, term_ids: tuple[str, ...], places: Places
) -> SchoolClass:
    if cells.term_begins and not term_ids:
        term_ids = (f"{cells.term_begins}–{cells.term_ends}",)
    begins, ends = class_dates(term_ids, places.terms)
    return SchoolClass(
        sourced_id=cells.id,
        title=clean_text(cells.title) or cells.id,
        org_id=cells.school,
        school_id=school_id,
        term_ids=term_ids,
        periods=read_list(cells.periods),
        grades=tuple(normal_grade(grade) for grade in read_list(cells.grades)),
        homeroom=cells.type.lower() == "homeroom",
        begins=begins,
        ends=ends,
    )


def _check_dates(
    line: int,
    school_class: SchoolClass,
    table: OpenTable[ClassCells],
    places: Places,
    findings: Findings,
) -> None:
    unknown = [term for term in school_class.term_ids if term not in places.terms]
    if unknown and places.terms_whole:
        reason = (
            f"The term {shown(unknown[0])} of this class is not among the terms of the package. "
            "The class counts as running until its dates are known."
        )
        findings.repair(table.file, line, "unknown-term", reason)
    elif school_class.begins is None and (places.terms_whole or not school_class.term_ids):
        reason = "Classes without dates count as running until their terms are known."
        findings.note(table.file, line, "class-without-dates", reason)
