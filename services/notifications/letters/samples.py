"""Letters to nobody, one of each kind and turn, in which a sentence can be read before it is sent.

All names in them are made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifications.domain.arranged import kind_of_words
from services.notifications.domain.kinds import KindName
from services.notifications.domain.notice import (
    AddressWords,
    Announcement,
    AnswerWords,
    Content,
    EducatorsNote,
    EventWords,
    Notice,
    Reminder,
    ReplyAnswer,
    SystemNotice,
)
from services.notifications.letters.blocks import Letter
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_text
from services.notifications.letters.occasion import Gathered, Household, Occasion, School
from services.notifications.letters.paper import Opens, PaperLetter
from services.notifications.letters.reworded import OwnWords
from services.notifications.letters.samples_arranged import arranged_samples
from shared.messages import EventFacts, SharedResource, Starter
from shared.starters import AT_HOME, praises

_NOWHERE = "https://partners.example"
_TYPED = {"en": "A wonderful day: Maya helped a classmate.", "es": "¡Qué buen día tuvo Maya!"}
_GREETED = ("Ana Gómez", "Luis Gómez")


@dataclass(frozen=True)
class Sample:
    """One letter as it would read."""

    kind: KindName
    letter: Letter
    on_paper: str = ""
    """What stands on paper below it."""

    @property
    def text(self) -> str:
        """All of its words."""
        return as_text(self.letter) + (f"\n{self.on_paper}\n" if self.on_paper else "")


def samples(language: str, school: School, zone: str, own: OwnWords, now: datetime) -> list[Sample]:
    """All of them, in one language, with the words of a school or the district."""
    base = Occasion(
        notice=_notice("note", _note(ORIGINAL), now),
        household=Household(_GREETED, language),
        school=school,
        students=("Maya",),
        written_at=now,
        answer_url=f"{_NOWHERE}/answer",
        stop_url=f"{_NOWHERE}/stop",
        choices_url=f"{_NOWHERE}/choices",
        page_url=f"{_NOWHERE}/page",
        staff_url=f"{_NOWHERE}/follow-ups",
        site=_NOWHERE,
        own=own,
    )
    facts = _facts(now, zone)
    told = [
        replace(base, notice=_notice(kind, content, now)) for kind, content in _told(facts, now)
    ]
    found = [Sample(each.notice.kind, as_sent(each)) for each in _turns(told, base, language, now)]
    found.append(Sample("digest", as_sent(_together(base, facts, now))))
    found += _papers(base, facts, now, zone)
    chosen = (_notice("good_news", _note(language, each), now) for each in _starters())
    return [*found, *(Sample("good_news", as_sent(replace(base, notice=each))) for each in chosen)]


def _turns(
    told: list[Occasion], base: Occasion, language: str, now: datetime
) -> Iterator[Occasion]:
    """Those letters, and turns of the first: answered, unnamed, without a number, translated."""
    yield from told
    yield replace(base, reply_to="teacher@partners.example")
    yield replace(base, household=Household((), language), students=())
    yield replace(base, school=replace(base.school, phone=""))
    foreign = "es" if language == ORIGINAL else ORIGINAL
    note = _notice("good_news", _note(foreign), now)
    yield replace(base, notice=note)
    yield replace(base, notice=note, translations={(_TYPED[foreign], language): "…"})
    if language == ORIGINAL:
        # Below a draft stands English that no other letter has.
        yield replace(base, household=Household(_GREETED, "es"))


def _told(facts: EventFacts, now: datetime) -> Iterator[tuple[KindName, Content]]:
    moved = facts.model_copy(
        update={"place": "Library", "starts_at": facts.starts_at + timedelta(days=1),
                "ends_at": facts.ends_at + timedelta(days=1), "revision": 2}
    )  # fmt: skip
    yield "good_news", _note(ORIGINAL)
    yield "note", _note(ORIGINAL).model_copy(update={"tone": "information", "resource": _READING})
    yield "invitation", EventWords(facts=facts)
    yield "event_changed", EventWords(facts=moved, before=facts)
    yield "cancelled", EventWords(facts=facts, reason="Snow.")
    yield "event_reminder", EventWords(facts=facts, answer="yes")
    yield "event_reminder", EventWords(facts=facts, answer="maybe")
    yield "answer_reminder", EventWords(facts=facts)
    for words in arranged_samples(facts, now):
        yield kind_of_words(words), words
    yield "rsvp_confirmation", AnswerWords(facts=facts, answer="yes", party_size=1)
    yield "rsvp_confirmation", AnswerWords(facts=facts, answer="yes", party_size=2)
    yield "rsvp_confirmation", AnswerWords(facts=facts, answer="yes", party_size=5)
    yield "rsvp_confirmation", AnswerWords(facts=facts, answer="maybe", party_size=1)
    yield "rsvp_confirmation", AnswerWords(facts=facts, answer="no", party_size=0)
    yield "announcement", _news()
    address = AddressWords(request_id="sample", link_version=1, expires_at=now)
    yield "address_confirm", address
    yield "address_told", address
    yield "reply_answer", ReplyAnswer(says="no_files", answers="sample", delivery_id="sample")
    yield "reply_answer", ReplyAnswer(says="stopped", answers="sample", delivery_id="sample")
    due = (now + timedelta(days=7)).date().isoformat()
    link = f"{_NOWHERE}/form"
    library = {"item": "Charlotte's Web", "due": due, "link": link}
    yield "system_notice", SystemNotice(template="library_due", values=library, system="sample")
    form = {"form": "Field trip", "due": due}
    yield "system_notice", SystemNotice(template="form_due", values=form, system="sample")
    meals = {"balance": "2.50"}
    yield "system_notice", SystemNotice(template="meal_balance", values=meals, system="sample")
    yield "follow_ups_due", Reminder(overdue=1, this_week=2)


_READING = SharedResource(
    resource_id="sample", title="Read together", language="en", link="/contacts/parents/sample"
)


def _papers(base: Occasion, facts: EventFacts, now: datetime, zone: str) -> Iterator[Sample]:
    """On paper: with a code to answer by, with one to give an address by, and without."""
    paper = replace(base, on_paper=True, answer_url="", stop_url="", choices_url="", page_url="")
    changed = EventWords(facts=facts.model_copy(update={"revision": 2}), before=facts)
    invited = _notice("invitation", EventWords(facts=facts), now)
    until = now + timedelta(days=14)
    address = f"{_NOWHERE}/code"
    for notice, answers, coded in (
        (invited, True, True),
        (_notice("event_changed", changed, now), False, True),
        (invited, True, False),
    ):
        letter = as_sent(replace(paper, notice=notice))
        opens = Opens("ABCD2345", "partners.example/code", address, answers, until, zone)
        sheet = PaperLetter("", "", letter, opens if coded else None, answers, base.own)
        lines = [
            line
            for _, invite in sheet.parts
            if invite
            for line in (*invite.words, invite.until, invite.square_says)
        ]
        yield Sample(notice.kind, letter, "\n".join(each for each in lines if each))


def _together(base: Occasion, facts: EventFacts, now: datetime) -> Gathered:
    contents: tuple[tuple[KindName, Content], ...] = (
        ("invitation", EventWords(facts=facts)),
        ("announcement", _news()),
    )
    parts = tuple(replace(base, notice=_notice(kind, each, now)) for kind, each in contents)
    return Gathered(
        household=base.household,
        parts=parts,
        district=base.school.district,
        stop_url=base.stop_url,
        choices_url=base.choices_url,
        page_url=base.page_url,
        own=base.own,
    )


def _starters() -> Iterator[Starter]:
    for _, praise in praises():
        yield Starter(praise=praise)
    for at_home in AT_HOME:
        yield Starter(at_home=at_home)


def _note(words_language: str, starter: Starter | None = None) -> EducatorsNote:
    return EducatorsNote(
        words=_TYPED.get(words_language, _TYPED[ORIGINAL]),
        words_language=words_language if words_language in _TYPED else ORIGINAL,
        signed="Ms. Rivera",
        tone="good_news",
        family_id="sample",
        student_ids=("sample",),
        typed=starter is None,
        starter=starter,
    )


def _news() -> Announcement:
    words = "Come and see new books."
    return Announcement(title="Book fair", words=words, words_language="en", signed="Ana Pérez")


def _facts(now: datetime, zone: str) -> EventFacts:
    begins = now + timedelta(days=14)
    return EventFacts(
        event_id="sample",
        school_id="sample",
        title="Family reading night",
        description="Bring your children. There will be pizza.",
        place="Gym",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        time_zone=zone,
        reply_by=now + timedelta(days=10),
        organizer="Ms. Rivera",
    )


def _notice(kind: KindName, content: Content, now: datetime) -> Notice:
    return Notice(
        notice_id="sample",
        kind=kind,
        about="sample",
        occasion="",
        version=1,
        school_id="sample",
        content=content,
        created_at=now,
    )
