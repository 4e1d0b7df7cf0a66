"""What kinds of families live in the district, and how often: the believable part, in one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from embedded.sample.model import Shape

Choice = TypeVar("Choice")
Weights = tuple[tuple[Choice, float], ...]

LANGUAGES: Weights[str] = (
    ("en", 0.56),
    ("es", 0.22),
    ("ar", 0.06),
    ("zh", 0.05),
    ("vi", 0.045),
    ("so", 0.035),
    ("uk", 0.03),
)
"""The language of the home, by family."""

SHAPES: Weights[Shape] = (
    (Shape.TOGETHER, 0.585),
    (Shape.SINGLE, 0.20),
    (Shape.SEPARATED, 0.155),
    (Shape.BLENDED, 0.015),
    (Shape.KIN, 0.035),
    (Shape.NOBODY, 0.01),
)
CHILDREN: Weights[int] = ((1, 0.45), (2, 0.37), (3, 0.14), (4, 0.04))

TWINS = 0.04
MIXED_COUPLE = 0.04
"""The second parent comes from another language community."""
PREFERS_ENGLISH = 0.10
"""An adult of a family that speaks another language wants letters in English."""
NEEDS_INTERPRETER = 0.45
NO_ADDRESS = 0.08
PLACEHOLDER = 0.008
SHARED_ADDRESS = 0.12
"""A couple under one roof has one mail address."""
NO_HOUSEHOLD_ID = 0.3
"""The office left the household empty, of those couples who share an address."""
NO_PHONE = 0.05
BARRED = 0.08
"""One of two separated parents may not see the record, and gets no mail."""
STEPPARENT = 0.12
RELATIVE = 0.10
"""A relative stands on the roster as well: kept, and hardly ever written to."""
ENTERED_TWICE = 0.06
"""Brothers and sisters at two schools: each office entered the parent for itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A family to be: the second language is that of the second parent."""

    shape: Shape
    languages: tuple[str, str]
    grades: tuple[str, ...]
    zone: int
    staged: bool = False
    """One of the families shown in the demo: nothing is left to chance."""


def staged() -> tuple[Plan, ...]:
    """The demo's families, each with a child in one third-grade class."""
    return (
        Plan(Shape.TOGETHER, ("es", "es"), ("03", "07"), 0, staged=True),
        Plan(Shape.SEPARATED, ("en", "es"), ("03",), 0, staged=True),
        Plan(Shape.TOGETHER, ("ar", "ar"), ("03", "10"), 0, staged=True),
    )


def by_chance(rng: Random, grades: tuple[str, ...], zones: int) -> Iterator[Plan]:
    """Family after family without end; `grades` are those that the district teaches, in order."""
    while True:
        first = weighted(rng, LANGUAGES)
        second = weighted(rng, LANGUAGES) if rng.random() < MIXED_COUPLE else first
        children = _grades(rng, grades, weighted(rng, CHILDREN))
        yield Plan(weighted(rng, SHAPES), (first, second), children, rng.randrange(zones))


def weighted(rng: Random, weights: Weights[Choice]) -> Choice:
    """One of the choices, as often as its weight among all."""
    left = rng.random() * sum(weight for _, weight in weights)
    for choice, weight in weights:
        left -= weight
        if left < 0:
            return choice
    return weights[-1][0]


def _grades(rng: Random, grades: tuple[str, ...], count: int) -> tuple[str, ...]:
    if count == 2 and rng.random() < TWINS * 2:
        return (rng.choice(grades),) * 2
    return tuple(sorted(rng.sample(grades, min(count, len(grades))), key=grades.index))
