"""How many households answered what, and how many people to expect."""

from collections.abc import Iterable

from services.events.domain.rsvp import Rsvp
from shared.messages import Answer, Record


class Tally(Record):
    """Households and people of one answer."""

    households: int = 0
    people: int = 0


TallyByAnswer = dict[Answer, Tally]
"""An answer that nobody gave is absent."""


class Counts(Record):
    """The figures of one event. A maybe keeps no seat, so only a yes is expected."""

    yes: Tally = Tally()
    maybe: Tally = Tally()
    no: Tally = Tally()
    invited: int = 0
    """Households that may answer now; not those who answered and are not invited any more."""
    not_answered: int = 0

    @property
    def expected(self) -> int:
        """People for whom seats are kept."""
        return self.yes.people

    @property
    def answered(self) -> int:
        """Households that said anything."""
        return self.yes.households + self.maybe.households + self.no.households


def counts_of(
    tallies: TallyByAnswer, invited: Iterable[str] = (), answered: Iterable[str] = ()
) -> Counts:
    """Figures from sums per answer and the ids of the households invited and answered."""
    wanted = set(invited)
    return Counts(
        yes=tallies.get("yes", Tally()),
        maybe=tallies.get("maybe", Tally()),
        no=tallies.get("no", Tally()),
        invited=len(wanted),
        not_answered=len(wanted - set(answered)),
    )


def tallies_of(rsvps: Iterable[Rsvp]) -> TallyByAnswer:
    """Sums per answer over answers in memory; the store does the same in the database."""
    sums: TallyByAnswer = {}
    for rsvp in rsvps:
        before = sums.get(rsvp.answer, Tally())
        people = before.people + rsvp.party_size
        sums[rsvp.answer] = Tally(households=before.households + 1, people=people)
    return sums
