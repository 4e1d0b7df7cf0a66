"""Letters about what is arranged with one family: a seat, a lunch, a visit, a volunteer's shift."""

from collections.abc import Callable
from datetime import datetime

from services.notifications.domain.arranged import (
    DatedWords,
    LunchWords,
    SeatWords,
    ShiftWords,
    VisitWords,
    moved,
)
from services.notifications.letters.about_events import changed_row
from services.notifications.letters.blocks import Block, Buttons, Facts, Headline, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.quoting import Written, answer_here, typed
from services.notifications.letters.tongue import Tongue
from shared.messages import Hours

Rows = tuple[tuple[str, str], ...]


# --- a place on the waitlist of an event ---------------------------------------------------------


def seat(_: Tongue, occasion: Occasion, words: SeatWords) -> Written:
    """That a household waits, that seats are free for it, or that none was."""
    event, now = words.event, words.now
    when: Rows = ((_("When"), _.span(event.starts_at, event.ends_at, event.time_zone)),)
    if event.place:
        when += ((_("Where"), event.place),)
    subject, lead, rows, rest = _SEATS[now.state](_, occasion, words)
    blocks: list[Block] = [
        Paragraph(lead),
        Headline(event.title, event.language),
        Facts((*when, *rows)),
        *rest,
    ]
    return subject, event.organizer, blocks


_Seat = tuple[str, str, Rows, list[Block]]
"""Subject, how it begins, more rows, and what follows them."""


def _waits(_: Tongue, occasion: Occasion, words: SeatWords) -> _Seat:
    place = words.now.place
    rows: Rows = ((_("Your place on the list"), str(place)),) if place else ()
    rest: list[Block] = [Paragraph(_("If a seat is free for you, we will write to you."))]
    if occasion.answer_url:
        rest.append(Paragraph(_("Have your plans changed? You can change your answer here.")))
        rest.append(Buttons(((_("Change my answer"), occasion.answer_url),)))
    subject = _.plain("You are on the waitlist: %(title)s", title=words.event.title)
    return subject, _("All seats are taken. You are on the waitlist for:"), rows, rest


def _is_free(_: Tongue, occasion: Occasion, words: SeatWords) -> _Seat:
    now, url = words.now, occasion.answer_url
    rows: Rows = ((_("Seats for you"), str(now.seats)),)
    rest: list[Block] = []
    if now.answer_by:
        rows += ((_("Please answer by"), _.moment(now.answer_by, words.event.time_zone)),)
        late = _("We keep it for you until then. After that, another family can have it.")
        rest.append(Paragraph(late))
    if url:
        links = ((_("Yes, we will come"), "yes"), (_("No, we can't come"), "no"))
        rest.append(Buttons(tuple((label, f"{url}?answer={said}") for label, said in links)))
    subject = _.plain("A seat is free for you: %(title)s", title=words.event.title)
    lead = _("Good news! A seat is free for you. Do you still want to come?")
    return subject, lead, rows, rest


def _none_was(_: Tongue, occasion: Occasion, words: SeatWords) -> _Seat:
    del occasion
    subject = _.plain("No seat this time: %(title)s", title=words.event.title)
    rest: list[Block] = [Paragraph(_("You do not need to do anything."))]
    return subject, _("We are sorry. No seat was free for you this time."), (), rest


_SEATS: dict[str, Callable[[Tongue, Occasion, SeatWords], _Seat]] = {
    "waiting": _waits,
    "offered": _is_free,
    "no_seat": _none_was,
}


# --- a lunch, a visit, a shift -------------------------------------------------------------------


def dated(_: Tongue, occasion: Occasion, words: DatedWords) -> Written:
    """That it is offered, agreed, moved or called off."""
    now = words.now
    if now.state == "called_off":
        return _called_off(_, occasion, words)
    if now.state == "offered":
        subject, lead, rest = _offered(_, occasion, words)
    else:
        subject, lead, rest = _agreed(_, occasion, words)
    if moved(words):
        lead = [_("Something has changed. This is how it is now."), *lead]
    blocks: list[Block] = [*map(Paragraph, lead), Facts(_facts(_, words)), *rest]
    if isinstance(words, ShiftWords):
        blocks.insert(len(lead), Headline(words.now.title, words.now.language))
    if now.hours and not occasion.on_paper:
        kept = _("The date is attached, so that you can keep it in your calendar.")
        blocks.append(Paragraph(kept))
    return subject, now.organizer, blocks


_Dated = tuple[str, list[str], list[Block]]
"""Subject, the sentences above the facts, and what stands below them."""


def _offered(_: Tongue, occasion: Occasion, words: DatedWords) -> _Dated:
    here = answer_here(_, occasion, words.now.organizer)
    if isinstance(words, VisitWords):
        lead = [
            _("We would like to get to know your family, and to hear your hopes for your child."),
            _("A visit is up to you. You can say no, or ask for another day or another place."),
        ]
        good = Paragraph(_("Is this a good time for you? Please tell us."))
        return _.plain("May we visit you?"), lead, [good, *here]
    rest: list[Block] = [Paragraph(_("Will you come? Please tell us.")), *here]
    if isinstance(words, LunchWords) and words.now.answer_by:
        late = _("If we do not hear from you by then, we draw another name.")
        rest.append(Paragraph(late))
    return _.plain("Your name was drawn: lunch with the principal"), [_drawn(_, occasion)], rest


def _drawn(_: Tongue, occasion: Occasion) -> str:
    if not occasion.adult:
        return _("We drew a name from the hat for lunch with the principal. It is yours!")
    return _("We drew a name from the hat for lunch with the principal. It is %(person)s!",
             person=occasion.adult)  # fmt: skip


def _agreed(_: Tongue, occasion: Occasion, words: DatedWords) -> _Dated:
    title = title_of(_, words)
    again = words.before is not None and words.before.state == "agreed"
    here = answer_here(_, occasion, words.now.organizer)
    match words:
        case LunchWords():
            lead = _("Thank you for saying yes. We look forward to eating with you.")
        case VisitWords():
            lead = _("Thank you. We look forward to visiting you.")
        case ShiftWords():
            lead = _("Thank you for helping at school. This is your time:")
            early = _("If you can't come, please tell us early, so that we can ask somebody else.")
            here = [*_task(_, occasion, words), Paragraph(early), *here]
    if again and moved(words):
        subject = _.plain("Please note the change: %(title)s", title=title)
    elif isinstance(words, ShiftWords):
        subject = _.plain("Thank you for helping: %(title)s", title=title)
    else:
        subject = _.plain("The date is set: %(title)s", title=title)
    return subject, [lead], here


def _task(_: Tongue, occasion: Occasion, words: ShiftWords) -> list[Block]:
    shift = words.now
    if not shift.description:
        return []
    lead = _("The school wrote this about it:")
    return [typed(_, occasion, lead, shift.description, shift.language)]


def _called_off(_: Tongue, occasion: Occasion, words: DatedWords) -> Written:
    now, title = words.now, title_of(_, words)
    language = words.now.language if isinstance(words, ShiftWords) else ""
    blocks: list[Block] = [
        Paragraph(_("We are sorry. This will not take place:")),
        Headline(title, language),
        Facts(_facts(_, words.model_copy(update={"before": None}), ask=False)),
    ]
    if now.reason:
        lead = _("The school wrote this about it:")
        blocks.append(typed(_, occasion, lead, now.reason, now.language))
    blocks.append(Paragraph(_("You do not need to do anything.")))
    return _.plain("Cancelled: %(title)s", title=title), now.organizer, blocks


def title_of(_: Tongue, words: DatedWords) -> str:
    """What it is called in subject lines and calendars."""
    match words:
        case LunchWords():
            return _.plain("Lunch with the principal")
        case VisitWords():
            return _.plain("Home visit")
        case ShiftWords(now=shift):
            return shift.title


def _facts(_: Tongue, words: DatedWords, *, ask: bool = True) -> Rows:
    now, before = words.now, words.before
    rows: Rows = ()
    if now.hours:
        was = _when(_, before.hours) if before and before.hours else None
        rows += changed_row(_, _("When"), _("When (new)"), _when(_, now.hours), was)
    if where := _where(_, words, now.place):
        there = _where(_, words, before.place) if before else None
        rows += changed_row(_, _("Where"), _("Where (new)"), where, there)
    if isinstance(words, VisitWords) and words.now.visitors:
        rows += ((_("Who comes"), _.several(words.now.visitors)),)
    answer_by = _answer_by(words)
    if ask and answer_by:
        zone = now.hours.time_zone if now.hours else "UTC"
        rows += ((_("Please answer by"), _.day(answer_by, zone)),)
    return rows


def _where(_: Tongue, words: DatedWords, place: str) -> str:
    return place or (_("At your home") if isinstance(words, VisitWords) else "")


def _when(_: Tongue, hours: Hours) -> str:
    return _.span(hours.starts_at, hours.ends_at, hours.time_zone)


def _answer_by(words: DatedWords) -> datetime | None:
    if isinstance(words, ShiftWords) or words.now.state != "offered":
        return None
    return words.now.answer_by
