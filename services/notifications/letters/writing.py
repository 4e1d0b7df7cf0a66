"""Writes the letter of each kind. Sentences stay short and plain: the grade-6 test reads them."""

from services.notifications.domain.arranged import (
    DatedWords,
    LunchWords,
    PolicyWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
)
from services.notifications.domain.notice import (
    AddressWords,
    Announcement,
    AnswerWords,
    EducatorsNote,
    EventWords,
    FamilyReply,
    Reminder,
    ReplyAnswer,
    SystemNotice,
    ToFamilies,
)
from services.notifications.letters import arranged, calendar, dated, published
from services.notifications.letters.about_events import OF_EVENT, thanks
from services.notifications.letters.addresses import write_about_address
from services.notifications.letters.asked import asked
from services.notifications.letters.blocks import (
    Block,
    Buttons,
    Headline,
    Letter,
    Paragraph,
    Typed,
)
from services.notifications.letters.interpreters import INTERPRETER
from services.notifications.letters.occasion import Household, Occasion, School
from services.notifications.letters.quoting import (
    Written,
    address_of,
    answer_here,
    bare_name,
    typed,
)
from services.notifications.letters.replies import about_answer, write_reply_to_staff
from services.notifications.letters.staff import write_to_staff
from services.notifications.letters.tongue import Tongue, apart, base_of, right_to_left, tongue
from shared.messages import SharedResource, Starter
from shared.starters import AT_HOME, praise


def write(occasion: Occasion) -> Letter:
    """The letter, in the household's language or in English with a line in theirs."""
    _ = tongue(occasion.household.language, off=occasion.household.off, own=occasion.own)
    content = occasion.notice.content
    if isinstance(content, Reminder):
        return write_to_staff(_, occasion, content)
    if isinstance(content, FamilyReply):
        return write_reply_to_staff(_, occasion, content)
    foot = footer(_, occasion.school.name, occasion.school.district)
    if isinstance(content, AddressWords):
        person, (subject, blocks, own_foot) = "", write_about_address(_, occasion)
        foot = own_foot or foot
    elif isinstance(content, ReplyAnswer):
        person, (subject, blocks) = "", about_answer(_, occasion, content)
    else:
        subject, person, blocks = said_in(_, occasion, content)
    return Letter(
        language=_.language,
        direction="rtl" if _.right_to_left else "ltr",
        subject=subject,
        sender=_sender(person, occasion.school.name),
        greeting=greeting(_, occasion.household),
        blocks=blocks,
        closing=_closing(_, person, occasion),
        interpreter=interpreter(_, occasion.school, blocks),
        reader=_.reader,
        footer=foot,
        stop=(_("Stop letters like this"), occasion.stop_url) if occasion.stop_url else None,
        choices=(_("Choose which letters you get"), occasion.choices_url)
        if occasion.choices_url
        else None,
        page=(_("Everything about your children in one place"), occasion.page_url)
        if occasion.page_url
        else None,
        calendar=_calendar(_, occasion),
        calendar_method=_method(occasion),
        reply_to=occasion.reply_to,
    )


def said_in(_: Tongue, occasion: Occasion, content: ToFamilies) -> Written:
    """The subject, who writes, and the words of one notice to a family."""
    match content:
        case EducatorsNote():
            return _note(_, occasion, content)
        case EventWords():
            return OF_EVENT[occasion.notice.kind](_, occasion, content)
        case AnswerWords():
            return thanks(_, occasion, content)
        case SystemNotice():
            return asked(_, occasion, content)
        case Announcement():
            return _announcement(_, occasion, content)
        case SeatWords():
            return arranged.seat(_, occasion, content)
        case LunchWords() | VisitWords() | ShiftWords():
            return arranged.dated(_, occasion, content)
        case PolicyWords():
            return published.policy(_, occasion, content)
        case SurveyWords():
            return published.survey(_, occasion, content)


def _note(_: Tongue, occasion: Occasion, note: EducatorsNote) -> Written:
    children = _.several(occasion.students) or _("your child")
    plain = ", ".join(occasion.students) or _("your child")
    if occasion.notice.kind == "good_news":
        subject = _.plain("Good news about %(children)s", children=plain)
        lead = _("Good news from school! %(person)s wrote this about %(children)s:",
                 person=note.signed, children=children)  # fmt: skip
        after = [_("Tell %(children)s about it today. A kind word at home means a lot.",
                   children=children)]  # fmt: skip
    else:
        subject = _.plain("A note about %(children)s", children=plain)
        lead = _("%(person)s wrote this to you about %(children)s:",
                 person=note.signed, children=children)  # fmt: skip
        after = []
    starter = note.starter or Starter()
    if starter.at_home:
        after = [_(AT_HOME[starter.at_home])]
    praised = praise(starter.praise, children, _) if starter.praise else ""
    blocks: list[Block] = [
        *_noted(_, occasion, lead, praised, note),
        *(_resource(_, occasion, note.resource) if note.resource else []),
        *(Paragraph(each) for each in after),
    ]
    return subject, note.signed, [*blocks, *answer_here(_, occasion, note.signed)]


def _noted(
    _: Tongue, occasion: Occasion, lead: str, praised: str, note: EducatorsNote
) -> list[Block]:
    """What the educator chose and typed, under the line that says who wrote it."""
    sentences = [lead, praised] if praised else [lead]
    if not note.typed:
        return [Paragraph(each) for each in sentences]
    above, last = sentences[:-1], sentences[-1]
    return [*map(Paragraph, above), typed(_, occasion, last, note.words, note.words_language)]


def _resource(_: Tongue, occasion: Occasion, resource: SharedResource) -> list[Block]:
    """What the educator chose from the school's library, by its title and link."""
    address = address_of(occasion, resource.link)
    return [
        typed(_, occasion, _("This may help you at home:"), resource.title, resource.language),
        Buttons(((_("Look at it here"), address),), public=True),
    ]


def _announcement(_: Tongue, occasion: Occasion, news: Announcement) -> Written:
    lead = _("%(person)s wrote this to families:", person=news.signed or occasion.school.name)
    blocks: list[Block] = [
        Headline(news.title, news.words_language),
        typed(_, occasion, lead, news.words, news.words_language),
    ]
    return news.title, news.signed, blocks


def greeting(_: Tongue, household: Household) -> str:
    """How a letter begins."""
    if not household.greeting:
        return _("Dear family,")
    return _("Dear %(names)s,", names=_.several(household.greeting))


def _closing(_: Tongue, person: str, occasion: Occasion) -> list[str]:
    asks = question(_, person, occasion.school)
    return closing(_, _sender(person, occasion.school.name), asks)


def closing(_: Tongue, signed: str, *asks: str) -> list[str]:
    """How a letter ends: who signs, whom to ask, and how to ask in one's language."""
    free = _("Do you want to talk in your language? Ask for an interpreter. It is free.")
    return [_("With kind regards,"), signed, *asks, free]


def question(_: Tongue, person: str, school: School) -> str:
    """Whom to ask, and how."""
    who = bare_name(person) or school.name
    if school.phone:
        return _("Do you have a question? Call %(phone)s and ask for %(person)s.",
                 phone=school.phone, person=who)  # fmt: skip
    return _("Do you have a question? Ask for %(person)s at the school office.", person=who)


def interpreter(_: Tongue, school: School, blocks: list[Block]) -> str:
    """Where the reader gets some of it in another language only: how to ask for help, in theirs."""
    line = _.interpreter_line
    if not line and any(isinstance(block, Typed) and block.foreign for block in blocks):
        line = INTERPRETER.get(base_of(_.reader), "")
    number = apart(school.phone, _.reader) if school.phone else ""
    return f"{line} {number}".strip() if line else ""


def footer(_: Tongue, school: str, district: str) -> list[str]:
    """Why the letter came."""
    return [_("You get this letter because you have a child at %(school)s, %(district)s.",
              school=school, district=district)]  # fmt: skip


def _sender(person: str, school: str) -> str:
    """Teacher and school, the school only once."""
    if not person:
        return school
    return person if school in person else f"{person}, {school}"


def _method(occasion: Occasion) -> str:
    content = occasion.notice.content
    how = dated.how(content) if isinstance(content, DatedWords) else occasion.notice.kind
    return calendar.method_of(how)


def _calendar(_: Tongue, occasion: Occasion) -> bytes:
    content = occasion.notice.content
    if isinstance(content, DatedWords):
        return dated.entry(_, occasion, content)
    stays_away = isinstance(content, AnswerWords) and content.answer == "no"
    if isinstance(content, EventWords | AnswerWords) and not stays_away:
        return calendar.entries((content.facts,), occasion.notice.kind, occasion.school.domain,
                                occasion.written_at)  # fmt: skip
    return b""


__all__ = ["Household", "Occasion", "School", "right_to_left", "write"]
