"""What a school shares with all its families: the parents' page of the essay."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PureWindowsPath
from typing import Annotated, Any, Literal, Self

from pydantic import AnyHttpUrl, ConfigDict, Field

from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import (
    GuardianFacts,
    HouseholdItemChanged,
    Language,
    Record,
    SharedResource,
    StudentFacts,
)

Topic = Literal[
    "reading", "math", "homework", "language", "technology", "special_needs", "health",
    "after_school", "help", "rights",
]  # fmt: skip
State = Literal["suggested", "shown", "withdrawn"]
REVIEWS: frozenset[Role] = frozenset({"coordinator", "principal", "district"})
SUGGESTS: frozenset[Role] = REVIEWS | {"educator", "office"}
MOST_WORDS = 4000
LARGEST_FILE = 5_000_000
"""Bytes. A phone on a slow line waits a minute for so many."""
_KINDS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


class ResourceFile(Record):
    """A file that families may take along; its bytes are kept beside."""

    name: str
    kind: str
    size: int


class ResourceDraft(Record):
    """What somebody wants to share: words, a link, a file, or several of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=3, max_length=120)]
    topic: Topic
    language: Language = "en"
    grades: tuple[Annotated[str, Field(max_length=10)], ...] = ()
    """Codes; empty: for all."""
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    link: AnyHttpUrl | None = None


class Resource(Record):
    """One of them; `school_id` None: of all schools."""

    resource_id: str
    school_id: str | None
    title: str
    topic: Topic
    language: Language
    grades: tuple[str, ...] = ()
    words: str = ""
    link: str = ""
    file: ResourceFile | None = None
    state: State = "suggested"
    account_id: str
    author: str
    reviewer: str = ""
    changed_at: datetime
    version: int = 1

    @classmethod
    def drafted(
        cls,
        resource_id: str,
        school_id: str | None,
        draft: ResourceDraft,
        file: ResourceFile | None,
        by: Viewer,
        now: datetime,
    ) -> "Resource":
        """A new one; from somebody who reviews it is shown at once. `Refused` when it is empty."""
        facts = {**_facts(draft, file), "file": file}
        return cls(resource_id=resource_id, **facts, **_put_forward(school_id, by, now))

    def edited(
        self, draft: ResourceDraft, file: ResourceFile | None, by: Viewer, now: datetime
    ) -> "Resource":
        """With other facts; whoever may not review sends it back to be reviewed."""
        kept = file or self.file
        return self.model_copy(
            update={
                **_facts(draft, kept),
                "file": kept,
                "state": self.state if may_review(self.school_id, by) else "suggested",
                "changed_at": now,
                "version": self.version + 1,
            }
        )

    def reviewed(self, to: State, by: Viewer, now: datetime) -> "Resource":
        """Shown to families, or withdrawn from them. `Conflict` when it is so already."""
        if self.state == to:
            raise Conflict(N_("This has been done already."))
        changes = {"state": to, "reviewer": by.name, "changed_at": now, "version": self.version + 1}
        return self.model_copy(update=changes)

    def copied(
        self, resource_id: str, school_id: str | None, by: Viewer, now: datetime
    ) -> "Resource":
        """The same for another school, which judges it anew."""
        changes = {"resource_id": resource_id, "version": 1, **_put_forward(school_id, by, now)}
        return self.model_copy(update=changes)

    def attached(self, school_id: str) -> SharedResource:
        """As it goes along with a contact at a school: by its link, else on the parents' page."""
        page = f"/contacts/parents/{self.school_id or school_id}#r-{self.resource_id}"
        return SharedResource(
            resource_id=self.resource_id,
            title=self.title,
            language=self.language,
            link=self.link or page,
        )

    def told(self) -> HouseholdItemChanged:
        """As it stands on the pages of the households whom it is for."""
        page = f"/contacts/parents/{self.school_id or '{school_id}'}#r-{self.resource_id}"
        return HouseholdItemChanged(
            item_id=self.resource_id,
            kind="resource",
            school_ids=(self.school_id,) if self.school_id else (),
            grades=self.grades,
            title=self.title,
            language=self.language,
            link=self.link or page,
            gone=self.state != "shown",
        )

    def fits(self, grades: Collection[str], languages: Collection[str]) -> bool:
        """Whether it is for one of these grades, and in one of these languages."""
        return self.is_for(grades) and base_of(self.language) in {*map(base_of, languages)}

    def is_for(self, grades: Collection[str]) -> bool:
        """Whether it is for one of these grades; what names none is for all."""
        return not self.grades or bool(set(self.grades) & set(grades))


def base_of(language: str) -> str:
    """A language without its region: "es" of "es-MX"."""
    return language.partition("-")[0].lower()


@dataclass(frozen=True)
class Readers:
    """For whom something is taken along: a family, or the families of a class."""

    school_ids: tuple[str, ...]
    grades: frozenset[str]
    languages: frozenset[str]

    @classmethod
    def among(
        cls, students: Sequence[StudentFacts], guardians: Iterable[GuardianFacts], by: Viewer
    ) -> Self:
        """The pupils whose schools the viewer sees, else all of them, and their adults."""
        own = [each for each in students if by.sees_school(each.school_id)] or students
        return cls(
            tuple(sorted({each.school_id for each in own})),
            frozenset(each.grade for each in own if each.grade),
            frozenset(each.language for each in guardians),
        )


def by_fit(found: Iterable[Resource], readers: Readers) -> list[Resource]:
    """What fits the children's grades and the family's language first, then grade, then the rest.

    Among equals the order stays.
    """
    grades, languages = readers.grades, readers.languages
    return sorted(
        found, key=lambda each: (not each.fits(grades, languages), not each.is_for(grades))
    )


def may_suggest(school_id: str | None, viewer: Viewer) -> bool:
    """The staff of a school for it; the district for all schools."""
    if viewer.role not in SUGGESTS:
        return False
    return viewer.role == "district" if school_id is None else viewer.sees_school(school_id)


def may_review(school_id: str | None, viewer: Viewer) -> bool:
    """Who says that families may see it: coordinator and principal of the school, the district."""
    return viewer.role in REVIEWS and may_suggest(school_id, viewer)


def may_edit(resource: Resource, viewer: Viewer) -> bool:
    """Who wrote it, until it is shown; and who reviews."""
    own = resource.account_id == viewer.account_id and resource.state == "suggested"
    return own or may_review(resource.school_id, viewer)


def file_of(name: str, content: bytes) -> ResourceFile:
    """What a file is, by its first bytes. `Refused` for anything but PDF, PNG and JPEG."""
    if len(content) > LARGEST_FILE:
        raise Refused(N_("The file is larger than 5 MB. Make it smaller, or link to it."))
    kind = next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), None)
    if kind is None:
        raise Refused(N_("Choose a PDF, PNG or JPEG file."))
    stem = _PLAIN.sub("-", PureWindowsPath(name).stem).strip("-.")[:60] or "file"
    return ResourceFile(name=f"{stem}.{kind.rpartition('/')[2]}", kind=kind, size=len(content))


def _put_forward(school_id: str | None, by: Viewer, now: datetime) -> dict[str, Any]:
    """From somebody who reviews it is shown at once."""
    reviews = may_review(school_id, by)
    return {
        "school_id": school_id,
        "state": "shown" if reviews else "suggested",
        "reviewer": by.name if reviews else "",
        "account_id": by.account_id,
        "author": by.name,
        "changed_at": now,
    }


def _facts(draft: ResourceDraft, file: ResourceFile | None) -> dict[str, Any]:
    if not (draft.words.strip() or draft.link or file):
        raise Refused(N_("Write some words, or add a link or a file."))
    return {
        "title": draft.title.strip(),
        "topic": draft.topic,
        "language": draft.language,
        "grades": draft.grades,
        "words": draft.words.strip(),
        "link": str(draft.link) if draft.link else "",
    }
