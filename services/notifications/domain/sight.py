"""Whose letters a viewer may see, and whom flags keep letters from."""

from collections.abc import Collection, Iterable

from shared.messages import Category, FlagsChanged, Record


class Sight(Record):
    """All letters, or those to families of some schools or about some families, and one's own.

    What a member of the staff is told, colleagues and leaders of the school are not shown.
    """

    everything: bool = False
    school_ids: frozenset[str] = frozenset()
    family_ids: frozenset[str] = frozenset()
    educator_id: str | None = None

    def covers(
        self, school_id: str, family_ids: Iterable[str], educator_id: str | None = None
    ) -> bool:
        """Whether a letter of this school to these families, or to one of the staff, is shown."""
        if self.everything:
            return True
        if educator_id is not None:
            return educator_id == self.educator_id
        return school_id in self.school_ids or not self.family_ids.isdisjoint(family_ids)


class Stop(Record):
    """Somebody who reads a mailbox asked for no more letters of a category."""

    mailbox: str
    category: Category
    how: str
    """`one_click`, `page`, `staff`, `complaint` or `reply`."""


def in_force(flags: Iterable[FlagsChanged]) -> bool:
    """Whether any of these flags, oldest first, still stands; the last word on each pair counts."""
    latest = {(flag.guardian_id, flag.student_id): flag for flag in flags}
    return any(flag.do_not_contact or flag.custody for flag in latest.values())


def barred(
    flags: Iterable[FlagsChanged], guardian_ids: Collection[str], student_ids: Collection[str]
) -> bool:
    """Whether flags, oldest first, keep a letter about these pupils from these adults.

    The last word on each pair of adult and pupil counts. "Do not contact" is about the adult as a
    whole; custody is about the pupil.
    """
    latest = {(flag.guardian_id, flag.student_id): flag for flag in flags}
    return any(
        flag.do_not_contact or (flag.custody and flag.student_id in student_ids)
        for flag in latest.values()
        if flag.guardian_id in guardian_ids
    )
