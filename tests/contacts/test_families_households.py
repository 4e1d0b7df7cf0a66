"""Households: who is written to and answers together, and which links must end."""

import itertools

from services.contacts.domain.families import Family
from services.contacts.domain.households import (
    Household,
    SharedWithBarred,
    assign_household_ids,
    form_households,
)
from services.contacts.domain.ties import Tie


def tie(student: str, guardian: str, **more: object) -> Tie:
    values: dict[str, object] = {
        "relationship": "parent", "is_guardian": True, "gets_mail": True, "may_see_record": True,
        **more,
    }  # fmt: skip
    return Tie(student, guardian, **values)  # type: ignore[arg-type]


def mailboxes(**addresses: str) -> dict[str, tuple[str, ...]]:
    return {guardian: tuple(held.split()) for guardian, held in addresses.items()}


def formed(ties: list[Tie], **addresses: str) -> list[Household]:
    return form_households(ties, mailboxes(**addresses), [])[0]


def members(households: list[Household]) -> list[set[str]]:
    return [set(household.guardian_ids) for household in households]


COUPLE = [tie("p1", "a"), tie("p1", "b")]


def test_parents_who_share_an_address_or_a_home_are_one_household() -> None:
    assert members(formed(COUPLE, a="x@m.org", b="X@M.org")) == [{"a", "b"}]
    home = frozenset({"h1"})
    ties = [tie("p1", "a", household_ids=home), tie("p1", "b", household_ids=home)]
    (household,) = formed(ties, a="a@m.org", b="b@m.org")
    assert household.guardian_ids == {"a", "b"}
    assert household.mailbox == "a@m.org"


def test_separated_parents_are_two_households() -> None:
    first, second = formed(COUPLE, a="a@m.org", b="b@m.org")
    assert (first.mailbox, second.mailbox) == ("a@m.org", "b@m.org")
    assert first.student_ids == second.student_ids == {"p1"}


def test_parents_who_may_not_see_the_same_students_never_share_a_household() -> None:
    ties = [*COUPLE, tie("p2", "b")]
    assert members(formed(ties, a="x@m.org", b="x@m.org")) == [{"a"}, {"b"}]


def test_a_parent_who_may_not_see_a_child_has_no_household_for_that_child() -> None:
    barred = tie("p1", "b", gets_mail=False, may_see_record=False, barred=True)
    households = formed([tie("p1", "a"), barred], a="a@m.org", b="b@m.org")
    assert members(households) == [{"a"}]
    (_, second) = formed([tie("p1", "a"), barred, tie("p2", "b")], a="a@m.org", b="b@m.org")
    assert second.guardian_ids == {"b"}
    assert second.student_ids == second.mail_about == {"p2"}


def test_no_mail_about_a_child_goes_to_an_address_that_a_barred_adult_reads() -> None:
    barred = tie("p1", "b", gets_mail=False, may_see_record=False, barred=True)
    households, shared = form_households(
        [tie("p1", "a"), tie("p2", "a"), barred], mailboxes(a="x@m.org", b="X@m.org"), []
    )
    assert households[0].mail_about == {"p2"}
    assert shared == (SharedWithBarred("x@m.org", "p1", "b", ("a",)),)


def test_a_barred_relative_closes_a_shared_address_too() -> None:
    uncle = tie("p1", "u", is_guardian=False, gets_mail=False, may_see_record=False, barred=True)
    (household,) = formed([tie("p1", "a"), uncle], a="x@m.org", u="x@m.org")
    assert household.guardian_ids == {"a"}
    assert household.mailbox is None
    (other,) = formed([tie("p1", "a"), uncle], a="x@m.org a2@m.org", u="x@m.org")
    assert other.mailbox == "a2@m.org"


def test_a_relative_whom_nobody_barred_closes_nothing() -> None:
    aunt = tie("p1", "u", is_guardian=False, gets_mail=False, may_see_record=False)
    assert formed([tie("p1", "a"), aunt], a="x@m.org", u="x@m.org")[0].mailbox == "x@m.org"


def test_a_parent_who_wants_no_mail_shares_the_household_but_is_not_written_to() -> None:
    home = frozenset({"h1"})
    ties = [tie("p1", "a", household_ids=home, gets_mail=False), tie("p1", "b", household_ids=home)]
    (household,) = formed(ties, a="a@m.org", b="b@m.org")
    assert household.mailbox == "b@m.org"
    (alone,) = formed([tie("p1", "a", gets_mail=False)], a="a@m.org")
    assert (alone.mailbox, alone.mail_about) == (None, frozenset())


def test_a_household_may_span_families_and_greets_in_order() -> None:
    families = [Family("f1", frozenset({"p1"}), frozenset("ac")),
                Family("f2", frozenset({"p2"}), frozenset("a"))]  # fmt: skip
    ties = [tie("p1", "a", order=2), tie("p2", "a", order=2), tie("p1", "c"),
            tie("p1", "b", order=1), tie("p2", "b", order=1)]  # fmt: skip
    households, _ = form_households(ties, mailboxes(a="x@m.org", b="x@m.org"), families)
    assert [m.guardian_id for m in households[0].members] == ["b", "a"]
    assert households[0].family_ids == {"f1", "f2"}
    assert households[1].family_ids == {"f1"}


def test_adults_without_addresses_are_households_of_their_own() -> None:
    assert members(formed(COUPLE)) == [{"a"}, {"b"}]


def again(
    before: list[Tie], after: list[Tie], addresses: str = "x@m.org", later: str | None = None
) -> tuple[Household, Household]:
    """The household of guardian a before and after a change."""
    numbers = itertools.count(1)

    def mint() -> str:
        return f"h{next(numbers)}"

    old = assign_household_ids([], formed(before, a=addresses, b=addresses), mint)
    new_addresses = mailboxes(a=later or addresses, b=addresses)
    now = assign_household_ids(old, form_households(after, new_addresses, [])[0], mint)
    return (
        next(h for h in old if "a" in h.guardian_ids),
        next(h for h in now if "a" in h.guardian_ids),
    )


def test_an_unchanged_household_keeps_id_and_links() -> None:
    old, now = again(COUPLE, COUPLE)
    assert old == now


def test_a_new_sister_ends_no_links() -> None:
    old, now = again(COUPLE, [*COUPLE, tie("p2", "a"), tie("p2", "b")])
    assert (now.household_id, now.link_version) == (old.household_id, 1)
    assert now.student_ids == {"p1", "p2"}


def test_flags_joins_splits_and_address_changes_end_links() -> None:
    for before, after, later in (
        (COUPLE, [tie("p1", "a", gets_mail=False), tie("p1", "b")], None),
        ([tie("p1", "a")], COUPLE, None),
        (COUPLE, [tie("p1", "a")], None),
        (COUPLE, COUPLE, "new@m.org"),
        (
            [tie("p1", "a"), tie("p2", "a")],
            [tie("p1", "a"), tie("p2", "a", gets_mail=False, may_see_record=False, barred=True)],
            None,
        ),
        ([tie("p1", "a"), tie("p2", "a")], [tie("p1", "a")], None),
    ):
        old, now = again(before, after, later=later)
        assert now.household_id == old.household_id
        assert now.link_version == old.link_version + 1


def test_a_new_tie_that_is_restricted_ends_links() -> None:
    before = [tie("p1", "a")]
    after = [*before, tie("p2", "a", gets_mail=False)]
    assert again(before, after)[1].link_version == 2


def test_when_parents_separate_only_one_keeps_the_household() -> None:
    numbers = itertools.count(1)

    def mint() -> str:
        return f"h{next(numbers)}"

    old = assign_household_ids([], formed(COUPLE, a="x@m.org", b="x@m.org"), mint)
    now = assign_household_ids(old, formed(COUPLE, a="x@m.org", b="b@m.org"), mint)
    assert [(h.household_id, h.link_version) for h in now] == [("h1", 2), ("h2", 1)]


def test_a_guardian_whose_records_were_joined_keeps_the_household() -> None:
    old = assign_household_ids([], formed([tie("p1", "b")], b="x@m.org"), lambda: "h1")
    now = assign_household_ids(
        old, formed([tie("p1", "a")], a="x@m.org"), lambda: "h9", {"a": "a", "b": "a"}
    )
    assert [(h.household_id, h.link_version) for h in now] == [("h1", 2)]
