"""How families stand this term: pure rules, tried with any school."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.caseloads import LONGEST, Caseload, CaseloadDraft
from services.contacts.domain.overview import NONE, Show, Standing, overview, standing
from services.contacts.domain.teaching import educators_of, teachers_by_class
from services.contacts.domain.views import FamilyLine
from shared.errors import Conflict, Refused
from shared.messages import Assignment, EducatorChanged, FamilyChanged, StudentFacts
from tests.contacts.conftest import staff_viewer

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TERM = date(2026, 9, 1)
ZONE = ZoneInfo("America/New_York")
SHOWS: tuple[Show, ...] = ("not_told", "no_contact", "no_educator", "given")
COORDINATOR = staff_viewer("coordinator", "maple")


def line(family_id: str = "f", **facts: object) -> FamilyLine:
    known = {"family_id": family_id, "students": ("Ana",), "guardians": ("Luz",)}
    return FamilyLine.model_validate({**known, **facts})


def caseload(ends: date = TODAY + timedelta(days=30), **facts: object) -> Caseload:
    draft = CaseloadDraft(educator_id="e-1", reason="counselor of grade 4", ends=ends)
    made = Caseload.given("c-1", "f", draft, "Kim Ray", COORDINATOR, NOW, TODAY)
    return made.model_copy(update=facts)


MOMENTS = st.none() | st.datetimes(datetime(2026, 8, 1), datetime(2026, 11, 24)).map(
    lambda each: each.replace(tzinfo=UTC)
)
LINES = st.builds(
    line,
    family_id=st.uuids().map(str),
    grades=st.lists(st.sampled_from(["KG", "01", "04", "UG"]), unique=True, max_size=2),
    languages=st.lists(st.sampled_from(["en", "ar", "es"]), unique=True, max_size=2),
    good_news_at=MOMENTS,
    contact_at=MOMENTS,
)
SCHOOLS = st.lists(
    st.builds(
        standing,
        LINES,
        st.sampled_from([None, TERM]),
        st.just(ZONE),
        taught=st.booleans(),
        given=st.sampled_from([(), (caseload(),)]),
    ),
    max_size=30,
    unique_by=lambda each: each.line.family_id,
)


def shows(one: Standing) -> set[str]:
    return {each for each in SHOWS if one.is_shown(each)}


def test_what_was_said_before_the_term_does_not_count_and_without_a_term_all_does() -> None:
    summer = datetime(2026, 8, 20, tzinfo=UTC)
    told = line(good_news_at=summer, contact_at=summer)
    assert shows(standing(told, TERM, ZONE, taught=True)) == {"not_told", "no_contact"}
    assert shows(standing(told, None, ZONE, taught=True)) == set()


def test_a_concern_is_a_contact_and_no_good_news_and_a_letter_is_both() -> None:
    spoken = standing(line(contact_at=NOW), TERM, ZONE, taught=True)
    assert shows(spoken) == {"not_told"}
    written = standing(line(good_news_at=NOW), TERM, ZONE, taught=True)
    assert shows(written) == set()


def test_the_day_is_the_schools() -> None:
    late = datetime(2026, 9, 1, 2, tzinfo=UTC)  # still August in New York
    assert "not_told" in shows(standing(line(good_news_at=late), TERM, ZONE, taught=True))


def test_whoever_was_given_to_somebody_has_an_educator() -> None:
    assert "no_educator" in shows(standing(line(), TERM, ZONE, taught=False))
    given_one = standing(line(), TERM, ZONE, taught=False, given=[caseload()])
    assert shows(given_one) == {"not_told", "no_contact", "given"}


@given(SCHOOLS, st.sampled_from(SHOWS))
def test_each_number_is_what_choosing_it_shows(school: list[Standing], show: Show) -> None:
    found = overview(school, show)
    assert found.counts[show] == len(found.families)
    for code, count in found.by_language:
        assert len(overview(school, show, language=code).families) == count
        for grade, less in overview(school, show, language=code).by_grade:
            assert len(overview(school, show, code, grade).families) == less
    for code, count in found.by_grade:
        assert len(overview(school, show, grade=code).families) == count


@given(SCHOOLS)
def test_nobody_without_any_contact_is_missing_among_those_who_were_not_told(
    school: list[Standing],
) -> None:
    silent = {each.line.family_id for each in overview(school, "no_contact").families}
    assert silent <= {each.line.family_id for each in overview(school, "not_told").families}


def test_who_waits_longest_comes_first_and_unknown_has_a_number_too() -> None:
    held = [
        standing(line("late", contact_at=NOW, grades=["04", "KG"]), TERM, ZONE, taught=True),
        standing(line("never", grades=["UG"], languages=["ar"]), TERM, ZONE, taught=True),
    ]
    found = overview(held, "not_told")
    assert [each.line.family_id for each in found.families] == ["never", "late"]
    assert found.by_grade == [("KG", 1), ("04", 1), ("UG", 1)]
    assert found.by_language == [(NONE, 1), ("ar", 1)]


# --- caseloads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [TODAY - timedelta(days=1), TODAY + LONGEST + timedelta(days=1)])
def test_a_family_is_given_until_a_day_within_a_year(ends: date) -> None:
    with pytest.raises(Refused, match="last day"):
        caseload(ends)


def test_it_runs_from_its_first_to_its_last_day_unless_it_was_ended() -> None:
    entry = caseload(TODAY)
    days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)]
    assert [entry.runs(day) for day in days] == [False, True, False]
    over = entry.ended(NOW)
    assert not over.runs(TODAY)
    with pytest.raises(Conflict):
        over.ended(NOW)


def test_its_message_says_whom_and_when_and_never_why() -> None:
    assert set(caseload().told().model_dump()) == {"family_id", "begins", "ends"}


def test_who_is_there_for_a_family_are_those_who_teach_it_now_and_have_it() -> None:
    def of(class_id: str, ends: date) -> Assignment:
        return Assignment(class_id=class_id, begins=TERM, ends=ends)

    def educator(name: str, *assignments: Assignment) -> EducatorChanged:
        return EducatorChanged(
            educator_id=name, given_name=name, family_name="", assignments=assignments
        )

    later, over = TODAY + timedelta(days=9), TODAY - timedelta(days=1)
    student = StudentFacts(
        student_id="s",
        given_name="Ana",
        family_name="Vega",
        school_id="maple",
        enrollments=(of("now", later), of("over", over)),
    )
    family = FamilyChanged(family_id="f", students=(student,), guardians=())
    staff = [
        educator("Rivera", of("now", later)),
        educator("Left", of("now", over)),
        educator("Past", of("over", later)),
        educator("Other", of("else", later)),
    ]
    found = educators_of(family, teachers_by_class(staff, TODAY), [caseload()], TODAY)
    assert found == ("Kim Ray", "Rivera")
