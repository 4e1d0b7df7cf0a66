"""Writes several letters to one address as one: what is dated first, each with whom to ask."""

from dataclasses import replace

from services.notifications.domain.notice import EventWords, ToFamilies
from services.notifications.letters import calendar
from services.notifications.letters.blocks import Block, Facts, Letter, Paragraph, Rule
from services.notifications.letters.occasion import Gathered, Occasion
from services.notifications.letters.tongue import Tongue, tongue
from services.notifications.letters.writing import (
    closing,
    footer,
    greeting,
    interpreter,
    question,
    said_in,
)
from shared.messages import EventFacts

_BETWEEN = " · "


def write_together(gathered: Gathered) -> Letter:
    """The letter, in the household's language or in English with a line in theirs."""
    _ = tongue(gathered.household.language, off=gathered.household.off, own=gathered.own)
    schools = list(dict.fromkeys(part.school.name for part in gathered.parts))
    one = schools[0] if len(schools) == 1 else ""
    contents: list[tuple[str, str]] = []
    blocks: list[Block] = []
    for part in gathered.parts:
        title, written = _part(_, part)
        contents.append((part.school.name, title))
        blocks += [Rule(), *written]
    if gathered.reply_to:
        reads = _("You can answer this letter. %(person)s will read what you write.",
                  person=one or gathered.district)  # fmt: skip
        blocks += [Rule(), Paragraph(reads)]
    lead = _("We put this news from school in one letter, so that you get fewer letters.")
    return Letter(
        language=_.language,
        direction="rtl" if _.right_to_left else "ltr",
        subject=_.plain(
            "News from school: %(titles)s",
            titles=_BETWEEN.join(title for school, title in contents),
        ),
        sender=one or gathered.district,
        greeting=greeting(_, gathered.household),
        blocks=[Paragraph(lead), Facts(tuple(contents)), *blocks, Rule()],
        closing=closing(_, one or gathered.district),
        interpreter=interpreter(_, gathered.parts[0].school, blocks),
        reader=_.reader,
        footer=footer(_, _.several(schools), gathered.district),
        stop=(_("Stop letters like this"), gathered.stop_url),
        choices=(_("Choose which letters you get"), gathered.choices_url),
        page=(_("Everything about your children in one place"), gathered.page_url)
        if gathered.page_url
        else None,
        calendar=_calendar(gathered),
        reply_to=gathered.reply_to,
    )


def _part(_: Tongue, part: Occasion) -> tuple[str, list[Block]]:
    """What it is about, and its words with whom to ask, as its own school words it."""
    _ = replace(_, catalog=part.own.catalog(_.language))
    content = part.notice.content
    assert isinstance(content, ToFamilies)
    subject, person, blocks = said_in(_, part, content)
    title = content.facts.title if isinstance(content, EventWords) else subject
    return title, [*blocks, Paragraph(question(_, person, part.school))]


def _calendar(gathered: Gathered) -> bytes:
    first = gathered.parts[0]
    dates: list[EventFacts] = [
        part.notice.content.facts
        for part in gathered.parts
        if isinstance(part.notice.content, EventWords)
    ]
    if not dates:
        return b""
    return calendar.entries(tuple(dates), "invitation", first.school.domain, first.written_at)
