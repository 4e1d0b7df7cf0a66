"""The way from a seed to a whole district, step by step."""

from dataclasses import replace
from datetime import date
from random import Random

from embedded.sample import plans
from embedded.sample.families import settle
from embedded.sample.model import (
    TIME_ZONE,
    District,
    Educator,
    Family,
    Picks,
    Position,
    School,
    SchoolClass,
)
from embedded.sample.school_events import two_events
from embedded.sample.schools import KINDS, list_courses, open_schools, plan_openings
from embedded.sample.staff import hire_all
from embedded.sample.town import GROUP_HOME_SIZE, Town
from embedded.sample.year import year_around

DISTRICT_ID = "d1"
DISTRICT_NAME = "Thistlemead Public Schools"
FEWEST = 50


def make_district(
    seed: int = 1116, *, students: int = 1200, schools: int = 3, today: date
) -> District:
    """An invented district with exactly that many students and schools, as of `today`.

    The people depend on the seed and the sizes only; `today` lays the school year around itself.
    Use about one school for every 400 students. Takes about a second for each 20,000 students.
    Raises ValueError for fewer than 50 students or no school.
    """
    if students < FEWEST or schools < 1:
        raise ValueError(f"A district needs at least {FEWEST} students and 1 school.")
    year = year_around(today)
    buildings, courses = open_schools(schools), list_courses()
    town = _settled(Random(f"{seed}/families"), buildings, students)
    town.rng = Random(f"{seed}/schools")
    openings = plan_openings(buildings, courses, town.students, year, town.rng)
    educators, classes = hire_all(town, buildings, openings)
    return District(
        seed=seed,
        today=today,
        id=DISTRICT_ID,
        name=DISTRICT_NAME,
        time_zone=TIME_ZONE,
        year=year,
        schools=buildings,
        courses=courses,
        classes=tuple(classes),
        educators=tuple(educators),
        students=tuple(town.students),
        guardians=tuple(town.guardians.values()),
        ties=tuple(town.ties),
        families=tuple(town.families),
        doubles=tuple(town.doubles),
        events=two_events(year, buildings[0], today),
        picks=_picks(educators, classes, town.families),
    )


def _settled(rng: Random, schools: tuple[School, ...], students: int) -> Town:
    town = Town(rng, schools)
    for plan in plans.staged():
        taught = tuple(grade for grade in plan.grades if grade in town.grades)
        settle(town, replace(plan, grades=taught), students)
    if students >= GROUP_HOME_SIZE * 10:
        town.open_group_home()
    zones = -(-len(schools) // len(KINDS))
    for plan in plans.by_chance(rng, town.grades, zones):
        room = students - len(town.students)
        if not room:
            break
        settle(town, plan, room)
    return town


def _picks(educators: list[Educator], classes: list[SchoolClass], families: list[Family]) -> Picks:
    good_news, separated, arabic = families[: len(plans.staged())]
    child = good_news.student_ids[0]
    room = next(each for each in classes if child in each.student_ids)
    teacher = next(each for each in educators if each.id == room.educator_id)
    return Picks(
        educator=teacher,
        coordinator=_at(educators, Position.COORDINATOR, room.school_id),
        district=_at(educators, Position.DISTRICT, ""),
        good_news=good_news,
        separated=separated,
        arabic=arabic,
    )


def _at(educators: list[Educator], position: Position, school_id: str) -> Educator:
    return next(
        each for each in educators if each.position is position and each.school_id == school_id
    )
