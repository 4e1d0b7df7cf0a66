"""Taking in a batch of messages: ledger and figures in one transaction, all of it or nothing."""

from collections.abc import Mapping, Sequence

from services.reports.actions.desk import Desk
from services.reports.domain.facts import Fact, fact_of
from services.reports.domain.fold import Changes, fold
from services.reports.store import Generation
from shared.envelope import Envelope
from shared.messages import FamilyErased
from shared.outbox import Work


async def take_in(desk: Desk, envelopes: Sequence[Envelope]) -> None:
    """Keep and count what is new; a message that was counted before changes nothing.

    Raises `Permanent` when one of them can't be read, and then none is kept.
    """
    news: dict[str, tuple[Envelope, Fact]] = {}
    for envelope in envelopes:
        if envelope.key not in news:
            news[envelope.key] = envelope, fact_of(envelope)

    async def body(work: Work) -> tuple[Generation, Changes] | None:
        return await _take_in_new(desk, news, work)

    async with desk.folding:
        done = await desk.units.run(body)
    if done:
        figures, changes = done
        figures.remember(changes.known)
        if changes.rezoned:
            await desk.jobs.ask(desk.units.mint(), "a school's time zone changed", desk.now)
            desk.rebuild_wanted.set()


async def _take_in_new(
    desk: Desk, news: Mapping[str, tuple[Envelope, Fact]], work: Work
) -> tuple[Generation, Changes] | None:
    known, before = await desk.ledger.known([fact for _, fact in news.values()], work.session)
    fresh = [pair for key, pair in news.items() if key not in known]
    if not fresh:
        return None
    facts = [fact for _, fact in fresh]
    head = await desk.ledger.advance(len(fresh), work.session)
    figures = desk.generation(head.generation)
    changes = await fold_into(
        desk, figures, facts, before, up_to=head.place - len(fresh), work=work
    )
    await desk.ledger.append(fresh, head.place, work.now, work.session)
    for fact in facts:
        if isinstance(fact.message, FamilyErased):
            await desk.ledger.blank(fact.message, work.session)
    await desk.replica.write(facts, work.session)
    await figures.write(changes, work.session)
    return figures, changes


async def fold_into(
    desk: Desk,
    figures: Generation,
    facts: Sequence[Fact],
    before: dict[str, list[Fact]],
    *,
    up_to: int,
    work: Work,
) -> Changes:
    """The changes that facts make; loads what the fold has to know. Writes nothing."""
    unblocked = await figures.unblocked_by(facts, work.session)
    if missing := [about for about in unblocked if about not in before]:
        before |= await desk.ledger.about(missing, up_to=up_to, session=work.session)
    older = [fact for several in before.values() for fact in several]
    known = await figures.known([*facts, *older], work.session)
    return fold(known, before, facts, unblocked)
