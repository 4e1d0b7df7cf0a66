"""Writes the letter of each kind. Sentences stay short and plain: the grade-6 test reads them."""

from collections.abc import Callable

from services.notifications.domain.notice import (
    Announcement,
    AnswerWords,
    EducatorsNote,
    EventWords,
    Reminder,
)
from services.notifications.letters import calendar
from services.notifications.letters.blocks import (
    Block,
    Buttons,
    Facts,
    Headline,
    Letter,
    Paragraph,
    Typed,
)
from services.notifications.letters.occasion import Household, Occasion, School
from services.notifications.letters.staff import write_to_staff
from services.notifications.letters.tongue import Tongue, base_of, right_to_left, tongue
from shared.messages import EventFacts, SharedResource, Starter
from shared.starters import AT_HOME, praise


def write(occasion: Occasion) -> Letter:
    """The letter, in the household's language or in English with a line in theirs."""
    _ = tongue(occasion.household.language, off=occasion.household.off)
    content = occasion.notice.content
    if isinstance(content, Reminder):
        return write_to_staff(_, occasion, content)
    match content:
        case EducatorsNote():
            subject, person, blocks = _note(_, occasion, content)
        case EventWords():
            subject, person, blocks = _EVENT[occasion.notice.kind](_, occasion, content)
        case AnswerWords():
            subject, person, blocks = _answer(_, occasion, content)
        case Announcement():
            subject, person, blocks = _announcement(_, occasion, content)
    return Letter(
        language=_.language,
        direction="rtl" if _.right_to_left else "ltr",
        subject=subject,
        sender=_sender(person, occasion.school.name),
        greeting=_greeting(_, occasion.household),
        blocks=blocks,
        closing=_closing(_, person, occasion),
        interpreter=_interpreter(_, occasion.school),
        reader=_.reader,
        footer=_footer(_, occasion.school),
        stop=(_("Stop letters like this"), occasion.stop_url) if occasion.stop_url else None,
        calendar=_calendar(occasion),
        calendar_method=calendar.method_of(occasion.notice.kind),
        reply_to=occasion.reply_to,
    )


_Written = tuple[str, str, list[Block]]


def _note(_: Tongue, occasion: Occasion, note: EducatorsNote) -> _Written:
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
    blocks: list[Block] = [
        *_noted(_, lead, praise(starter.praise, children, _) if starter.praise else "", note),
        *(_resource(_, occasion, note.resource) if note.resource else []),
        *(Paragraph(each) for each in after),
    ]
    if occasion.reply_to:
        answer = _("You can answer this letter. %(person)s will read what you write.",
                   person=_name(note.signed))  # fmt: skip
        blocks.append(Paragraph(answer))
    return subject, note.signed, blocks


def _noted(_: Tongue, lead: str, praised: str, note: EducatorsNote) -> list[Block]:
    """What the educator chose and typed, under the line that says who wrote it."""
    sentences = [lead, praised] if praised else [lead]
    if not note.typed:
        return [Paragraph(each) for each in sentences]
    above, last = sentences[:-1], sentences[-1]
    return [*map(Paragraph, above), _typed(_, last, note.words, note.words_language)]


def _resource(_: Tongue, occasion: Occasion, resource: SharedResource) -> list[Block]:
    """What the educator chose from the school's library, by its title and link."""
    link = resource.link
    address = f"{occasion.site.rstrip('/')}{link}" if link.startswith("/") else link
    return [
        _typed(_, _("This may help you at home:"), resource.title, resource.language),
        Buttons(((_("Look at it here"), address),), public=True),
    ]


def _invitation(_: Tongue, occasion: Occasion, words: EventWords) -> _Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("%(school)s invites you and your family.", school=occasion.school.name)),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts)),
        *_description(_, facts),
        *_asked(_, occasion),
    ]
    subject = _.plain("You are invited: %(title)s", title=facts.title)
    return subject, facts.organizer, blocks


def _changed(_: Tongue, occasion: Occasion, words: EventWords) -> _Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("Something has changed. This is how it is now.")),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts, words.before)),
        *_description(_, facts),
        *_asked_again(_, occasion),
    ]
    subject = _.plain("Please note the change: %(title)s", title=facts.title)
    return subject, facts.organizer, blocks


def _cancelled(_: Tongue, _occasion: Occasion, words: EventWords) -> _Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("We are sorry. This will not take place:")),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts, ask=False)),
    ]
    if words.reason:
        blocks.append(_typed(_, _("The school wrote this about it:"), words.reason, facts.language))
    blocks.append(Paragraph(_("You do not need to do anything.")))
    return _.plain("Cancelled: %(title)s", title=facts.title), facts.organizer, blocks


_EVENT: dict[str, Callable[[Tongue, Occasion, EventWords], _Written]] = {
    "invitation": _invitation,
    "event_changed": _changed,
    "cancelled": _cancelled,
}


def _answer(_: Tongue, occasion: Occasion, words: AnswerWords) -> _Written:
    facts = words.facts
    if words.answer == "yes":
        said = _("Thank you! You said yes. We look forward to seeing you.")
    elif words.answer == "no":
        said = _("Thank you for telling us. You said that you can't come. We will miss you.")
    else:
        said = _("Thank you for telling us. You said maybe. A maybe does not keep a seat, "
                 "so please tell us when you know.")  # fmt: skip
    blocks: list[Block] = [Paragraph(said), Headline(facts.title, facts.language)]
    if words.answer == "yes":
        expect = _.ngettext("We expect %(count)s person.", "We expect %(count)s people.",
                            words.party_size)  # fmt: skip
        blocks.append(Paragraph(expect))
    blocks.append(Facts(_when_and_where(_, facts, ask=False)))
    if occasion.answer_url:
        blocks.append(Paragraph(_("Have your plans changed? You can change your answer here.")))
        blocks.append(Buttons(((_("Change my answer"), occasion.answer_url),)))
    subject = _.plain("Thank you for your answer: %(title)s", title=facts.title)
    return subject, facts.organizer, blocks


def _announcement(_: Tongue, occasion: Occasion, news: Announcement) -> _Written:
    lead = _("%(person)s wrote this to families:", person=news.signed or occasion.school.name)
    blocks: list[Block] = [
        Headline(news.title, news.words_language),
        _typed(_, lead, news.words, news.words_language),
    ]
    return news.title, news.signed, blocks


def _typed(_: Tongue, lead: str, words: str, language: str) -> Typed:
    note = ""
    if base_of(language) != _.language:
        note = _("These words are in %(language)s, just as they were written.",
                 language=_.name_of(language))  # fmt: skip
    return Typed(lead, words, language, note)


def _when_and_where(
    _: Tongue, facts: EventFacts, before: EventFacts | None = None, *, ask: bool = True
) -> tuple[tuple[str, str], ...]:
    rows = _row(
        _, _("When"), _("When (new)"), _when(_, facts), _when(_, before) if before else None
    )
    if facts.place:
        rows += _row(_, _("Where"), _("Where (new)"), facts.place, before.place if before else None)
    if ask and facts.reply_by:
        rows += ((_("Please answer by"), _.day(facts.reply_by, facts.time_zone)),)
    return rows


def _row(
    _: Tongue, label: str, new: str, value: str, before: str | None
) -> tuple[tuple[str, str], ...]:
    if before is None or before == value:
        return ((label, value),)
    return ((new, value), *(((_("Before"), before),) if before else ()))


def _when(_: Tongue, facts: EventFacts) -> str:
    return _.span(facts.starts_at, facts.ends_at, facts.time_zone)


def _description(_: Tongue, facts: EventFacts) -> list[Block]:
    if not facts.description:
        return []
    return [_typed(_, _("About this event, as the school wrote it:"), facts.description,
                   facts.language)]  # fmt: skip


def _asked(_: Tongue, occasion: Occasion) -> list[Block]:
    if occasion.on_paper:
        return [Paragraph(_("Will you come? Please tell us."))]
    return [
        Paragraph(_("Will you come? One tap is enough. You do not need an account.")),
        _answers(_, occasion),
        Paragraph(_("The date is attached, so that you can keep it in your calendar.")),
    ]


def _asked_again(_: Tongue, occasion: Occasion) -> list[Block]:
    if occasion.on_paper:
        return [Paragraph(_("If you have answered, your answer still counts. You can change it."))]
    return [
        Paragraph(_("If you have answered, your answer still counts. You can change it here.")),
        _answers(_, occasion),
    ]


def _answers(_: Tongue, occasion: Occasion) -> Buttons:
    url = occasion.answer_url
    return Buttons((
        (_("Yes, we will come"), f"{url}?answer=yes"),
        (_("Maybe"), f"{url}?answer=maybe"),
        (_("No, we can't come"), f"{url}?answer=no"),
    ))  # fmt: skip


def _greeting(_: Tongue, household: Household) -> str:
    if not household.greeting:
        return _("Dear family,")
    return _("Dear %(names)s,", names=_.several(household.greeting))


def _closing(_: Tongue, person: str, occasion: Occasion) -> list[str]:
    school = occasion.school
    who = _name(person) or school.name
    lines = [_("With kind regards,"), _sender(person, school.name)]
    if school.phone:
        lines.append(_("Do you have a question? Call %(phone)s and ask for %(person)s.",
                       phone=school.phone, person=who))  # fmt: skip
    else:
        lines.append(
            _("Do you have a question? Ask for %(person)s at the school office.", person=who)
        )
    lines.append(_("Do you want to talk in your language? Ask for an interpreter. It is free."))
    return lines


def _interpreter(_: Tongue, school: School) -> str:
    return f"{_.interpreter_line} {school.phone}".strip() if _.interpreter_line else ""


def _footer(_: Tongue, school: School) -> list[str]:
    return [_("You get this letter because you have a child at %(school)s, %(district)s.",
              school=school.name, district=school.district)]  # fmt: skip


def _sender(person: str, school: str) -> str:
    """Teacher and school, the school only once."""
    if not person:
        return school
    return person if school in person else f"{person}, {school}"


def _name(signed: str) -> str:
    """The person's own name, such as "Ms. Rivera" of "Ms. Rivera, Maple Elementary"."""
    return signed.split(",", maxsplit=1)[0].strip()


def _calendar(occasion: Occasion) -> bytes:
    content = occasion.notice.content
    stays_away = isinstance(content, AnswerWords) and content.answer == "no"
    if isinstance(content, EventWords | AnswerWords) and not stays_away:
        return calendar.entry(content.facts, occasion.notice.kind, occasion.school.domain,
                              occasion.written_at)  # fmt: skip
    return b""


__all__ = ["Household", "Occasion", "School", "right_to_left", "write"]
