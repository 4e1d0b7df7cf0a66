"""What educators share with colleagues: a sentence to begin with, or an idea that worked."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.contacts.domain.resources import Topic
from services.contacts.domain.search import folded
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import Language, Record

Kind = Literal["starter", "idea"]
LEADS: frozenset[Role] = frozenset({"coordinator", "principal"})
SHARES: frozenset[Role] = LEADS | {"educator"}
MOST_OF_STARTER = 300
MOST_OF_IDEA = 1500
MOST_REASON = 300


class IdeaDraft(Record):
    """What somebody wants to share. It is about teaching; never about a child."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    title: Annotated[str, Field(min_length=3, max_length=80)]
    words: Annotated[str, Field(min_length=3, max_length=MOST_OF_IDEA)]
    topic: Topic
    language: Language = "en"
    grades: tuple[Annotated[str, Field(max_length=10)], ...] = ()
    """Codes; empty: for all."""


class Report(Record):
    """Why a colleague asks the coordinator to look at it."""

    account_id: str
    name: str
    reason: str
    at: datetime


class Idea(Record):
    """One of a school. `offered`: other schools may copy it. `from_school`: where it was copied."""

    idea_id: str
    school_id: str
    kind: Kind
    title: str
    words: str
    topic: Topic
    language: Language
    grades: tuple[str, ...] = ()
    offered: bool = False
    reports: tuple[Report, ...] = ()
    origin_id: str = ""
    from_school: str = ""
    account_id: str
    author: str
    changed_at: datetime
    version: int = 1

    @classmethod
    def shared(
        cls, idea_id: str, school_id: str, draft: IdeaDraft, by: Viewer, now: datetime
    ) -> "Idea":
        """A new one, seen by colleagues at once. `Refused` with the reason."""
        return cls(
            idea_id=idea_id,
            school_id=school_id,
            **_sound(draft).model_dump(),
            account_id=by.account_id,
            author=by.name,
            changed_at=now,
        )

    def edited(self, draft: IdeaDraft, by: Viewer, now: datetime) -> "Idea":
        """With other words; what somebody else than a lead changed is offered anew by one."""
        offered = self.offered and by.role in LEADS
        return self._changed(now, **_sound(draft).model_dump(), offered=offered)

    def offered_as(self, offered: bool, now: datetime) -> "Idea":
        """Offered to other schools, or no more. `Conflict` when it is so already."""
        if self.offered == offered:
            raise Conflict(N_("This has been done already."))
        return self._changed(now, offered=offered)

    def reported(self, reason: str, by: Viewer, now: datetime) -> "Idea":
        """With what a colleague says against it; saying it again replaces it."""
        if not reason.strip():
            raise Refused(N_("Say in a few words what the coordinator should look at."))
        said = Report(account_id=by.account_id, name=by.name, reason=reason.strip(), at=now)
        others = tuple(each for each in self.reports if each.account_id != by.account_id)
        return self._changed(now, reports=(*others, said))

    def left(self, now: datetime) -> "Idea":
        """Looked at by a lead, and left as it is."""
        return self._changed(now, reports=())

    def copied(
        self, idea_id: str, school_id: str, from_school: str, by: Viewer, now: datetime
    ) -> "Idea":
        """The same for another school, which goes its own way from here on."""
        return self.model_copy(
            update={
                "idea_id": idea_id,
                "school_id": school_id,
                "offered": False,
                "reports": (),
                "origin_id": self.origin_id or self.idea_id,
                "from_school": self.from_school or from_school,
                "account_id": by.account_id,
                "author": by.name,
                "changed_at": now,
                "version": 1,
            }
        )

    def _changed(self, now: datetime, **facts: object) -> "Idea":
        return self.model_copy(update={**facts, "changed_at": now, "version": self.version + 1})


def may_share(school_id: str, viewer: Viewer) -> bool:
    """Those who write to families from a school."""
    return viewer.role in SHARES and viewer.sees_school(school_id)


def may_lead(idea: Idea, viewer: Viewer) -> bool:
    """Coordinator and principal of its school: they offer it, and judge what is reported."""
    return viewer.role in LEADS and viewer.sees_school(idea.school_id)


def may_edit(idea: Idea, viewer: Viewer) -> bool:
    """Who shared it, while at that school, and who leads it."""
    own = idea.account_id == viewer.account_id and viewer.sees_school(idea.school_id)
    return own or may_lead(idea, viewer)


def perhaps_names(*texts: str) -> dict[str, str]:
    """Words that could be a person's name, as typed by their folded form.

    In scripts with capitals only words with one; in others every word.
    """
    words = [word.strip('.,;:!?()"“”„…') for text in texts for word in text.split()]
    named = [word for word in words if word and (word[0].isupper() or word.lower() == word.upper())]
    return {part: word for word in named for part in folded(word).split() if len(part) > 1}


def _sound(draft: IdeaDraft) -> IdeaDraft:
    if draft.kind == "starter" and len(draft.words.strip()) > MOST_OF_STARTER:
        raise Refused(N_("A sentence to begin with has at most 300 letters. Share it as an idea."))
    return draft.model_copy(update={"title": draft.title.strip(), "words": draft.words.strip()})
