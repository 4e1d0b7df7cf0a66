"""Letters to the families of whole schools: something to read, and questions to answer."""

from services.notifications.domain.arranged import PolicyWords, SurveyWords
from services.notifications.letters.blocks import Block, Buttons, Facts, Headline, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.quoting import Written, address_of, answer_here
from services.notifications.letters.tongue import Tongue, base_of
from shared.messages import PolicyChanged


def policy(_: Tongue, occasion: Occasion, words: PolicyWords) -> Written:
    """Where to read it, and until when to say what should change."""
    paper = words.now
    language, link = _in_language(_, paper)
    blocks: list[Block] = [
        Paragraph(
            _("This says how school and families work together. You have a right to get it.")
        ),
        Headline(paper.title, paper.language),
    ]
    if paper.edition > 1:
        blocks.append(Paragraph(_("It is new since last time. Please read it again.")))
    blocks.append(Buttons(((_("Read it here"), address_of(occasion, link)),), public=True))
    if base_of(language) != _.language:
        written = _("It is written in %(language)s.", language=_.name_of(language))
        blocks.append(Paragraph(written))
    blocks.append(Paragraph(_("You can also ask us for it on paper, or for help to read it.")))
    if paper.comments_by and paper.comments_by > occasion.written_at:
        asks = _("Do you think that something in it should change? Please tell us.")
        by = _.day(paper.comments_by, paper.time_zone)
        blocks += [Paragraph(asks), Facts(((_("Tell us by"), by),))]
        blocks += answer_here(_, occasion, paper.organizer)
    return _.plain("Please read: %(title)s", title=paper.title), paper.organizer, blocks


def _in_language(_: Tongue, paper: PolicyChanged) -> tuple[str, str]:
    """The language and address of what this reader reads best."""
    for language, link in paper.translations.items():
        if base_of(language) == _.language:
            return language, link
    return paper.language, paper.link


def survey(_: Tongue, occasion: Occasion, words: SurveyWords) -> Written:
    """What is asked, until when, and that nobody has to give a name where that is so."""
    asked = words.now
    rows: tuple[tuple[str, str], ...]
    rows = ((_("Please answer by"), _.day(asked.answer_by, asked.time_zone)),)
    if asked.minutes:
        rows += ((_("How many minutes it takes"), str(asked.minutes)),)
    blocks: list[Block] = [
        Paragraph(_("We want to know what you think, so that we can do better.")),
        Headline(asked.title, asked.language),
        Facts(rows),
    ]
    if asked.anonymous:
        blocks.append(Paragraph(_("You do not have to give your name.")))
    here = (_("Answer the questions"), address_of(occasion, asked.link))
    blocks.append(Buttons((here,), public=True))
    blocks.append(
        Paragraph(_("You can also answer on paper, or with somebody who helps you. Ask us."))
    )
    return _.plain("Tell us what you think: %(title)s", title=asked.title), asked.organizer, blocks
