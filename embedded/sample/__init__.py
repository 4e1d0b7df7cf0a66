"""A seeded sample district, for the demo, the tests and the benchmarks; all of it invented."""

from embedded.sample.district import make_district
from embedded.sample.history import PastContact, history
from embedded.sample.model import (
    District,
    Educator,
    Family,
    Guardian,
    Picks,
    Position,
    School,
    SchoolClass,
    SchoolEvent,
    SchoolYear,
    Shape,
    Student,
    Tie,
)
from embedded.sample.package import write_package
from embedded.sample.year import is_school_day

__all__ = [
    "District",
    "Educator",
    "Family",
    "Guardian",
    "PastContact",
    "Picks",
    "Position",
    "School",
    "SchoolClass",
    "SchoolEvent",
    "SchoolYear",
    "Shape",
    "Student",
    "Tie",
    "history",
    "is_school_day",
    "make_district",
    "write_package",
]
