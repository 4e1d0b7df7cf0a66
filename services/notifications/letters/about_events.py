"""Letters about school events: invited, changed, cancelled, and thanks for an answer."""

from collections.abc import Callable

from services.notifications.domain.notice import AnswerWords, EventWords
from services.notifications.letters.blocks import Block, Buttons, Facts, Headline, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.quoting import Written, typed
from services.notifications.letters.tongue import Tongue
from shared.messages import EventFacts


def _invitation(_: Tongue, occasion: Occasion, words: EventWords) -> Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("%(school)s invites you and your family.", school=occasion.school.name)),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts)),
        *_description(_, occasion, facts),
        *_asked(_, occasion),
    ]
    subject = _.plain("You are invited: %(title)s", title=facts.title)
    return subject, facts.organizer, blocks


def _changed(_: Tongue, occasion: Occasion, words: EventWords) -> Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("Something has changed. This is how it is now.")),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts, words.before)),
        *_description(_, occasion, facts),
        *_asked_again(_, occasion),
    ]
    subject = _.plain("Please note the change: %(title)s", title=facts.title)
    return subject, facts.organizer, blocks


def _cancelled(_: Tongue, occasion: Occasion, words: EventWords) -> Written:
    facts = words.facts
    blocks: list[Block] = [
        Paragraph(_("We are sorry. This will not take place:")),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts, ask=False)),
    ]
    if words.reason:
        blocks.append(
            typed(_, occasion, _("The school wrote this about it:"), words.reason, facts.language)
        )
    blocks.append(Paragraph(_("You do not need to do anything.")))
    return _.plain("Cancelled: %(title)s", title=facts.title), facts.organizer, blocks


def _reminder(_: Tongue, occasion: Occasion, words: EventWords) -> Written:
    facts, comes = words.facts, words.answer == "yes"
    lead = (
        _("This is coming up soon. You told us that you will come.")
        if comes
        else _("This is coming up soon. You told us that you may come.")
    )
    asks = (
        _("Have your plans changed? You can change your answer here.")
        if comes
        else _("Do you know now if you will come? Please tell us.")
    )
    blocks: list[Block] = [
        Paragraph(lead),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts, ask=False)),
        *_description(_, occasion, facts),
        Paragraph(asks),
        _answers(_, occasion),
        _dated(_),
    ]
    return _.plain("Reminder: %(title)s", title=facts.title), facts.organizer, blocks


def _asked_for_answer(_: Tongue, occasion: Occasion, words: EventWords) -> Written:
    facts = words.facts
    lead = _("%(school)s invited you and your family. We do not have your answer yet.",
             school=occasion.school.name)  # fmt: skip
    blocks: list[Block] = [
        Paragraph(lead),
        Headline(facts.title, facts.language),
        Facts(_when_and_where(_, facts)),
        *_description(_, occasion, facts),
        *_asked(_, occasion),
    ]
    return _.plain("Please answer: %(title)s", title=facts.title), facts.organizer, blocks


OF_EVENT: dict[str, Callable[[Tongue, Occasion, EventWords], Written]] = {
    "invitation": _invitation,
    "event_changed": _changed,
    "cancelled": _cancelled,
    "event_reminder": _reminder,
    "answer_reminder": _asked_for_answer,
}
"""What is written about an event, by kind of letter."""


def thanks(_: Tongue, occasion: Occasion, words: AnswerWords) -> Written:
    """What a household hears about the answer that it gave."""
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


def _when_and_where(
    _: Tongue, facts: EventFacts, before: EventFacts | None = None, *, ask: bool = True
) -> tuple[tuple[str, str], ...]:
    rows = changed_row(
        _, _("When"), _("When (new)"), _when(_, facts), _when(_, before) if before else None
    )
    if facts.place:
        rows += changed_row(
            _, _("Where"), _("Where (new)"), facts.place, before.place if before else None
        )
    if ask and facts.reply_by:
        rows += ((_("Please answer by"), _.day(facts.reply_by, facts.time_zone)),)
    return rows


def changed_row(
    _: Tongue, label: str, new: str, value: str, before: str | None
) -> tuple[tuple[str, str], ...]:
    """A fact, and what it was before where that is another; `new`: its label then."""
    if before is None or before == value:
        return ((label, value),)
    return ((new, value), *(((_("Before"), before),) if before else ()))


def _when(_: Tongue, facts: EventFacts) -> str:
    return _.span(facts.starts_at, facts.ends_at, facts.time_zone)


def _description(_: Tongue, occasion: Occasion, facts: EventFacts) -> list[Block]:
    if not facts.description:
        return []
    return [typed(_, occasion, _("About this event, as the school wrote it:"), facts.description,
                   facts.language)]  # fmt: skip


def _asked(_: Tongue, occasion: Occasion) -> list[Block]:
    if occasion.on_paper:
        return [Paragraph(_("Will you come? Please tell us."))]
    return [
        Paragraph(_("Will you come? One tap is enough. You do not need an account.")),
        _answers(_, occasion),
        _dated(_),
    ]


def _dated(_: Tongue) -> Paragraph:
    return Paragraph(_("The date is attached, so that you can keep it in your calendar."))


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
