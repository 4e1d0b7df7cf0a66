"""How a planned family becomes people: who is called what, who lives where, who may know what."""

from dataclasses import dataclass, replace

from embedded.sample import plans
from embedded.sample.model import PLACEHOLDER_ADDRESS, Guardian, Shape, Student
from embedded.sample.names import CULTURES, Culture, Name
from embedded.sample.plans import Plan
from embedded.sample.town import Adult, Town, both

DOMAIN = "families.example"
ONE_ROOF = (Shape.TOGETHER, Shape.SINGLE)


@dataclass(frozen=True, slots=True)
class Surnames:
    """The family names in one family."""

    mother: Name
    father: Name
    child: str


def settle(town: Town, plan: Plan, room: int) -> None:
    """Let a family move in, with at most `room` children."""
    plan = replace(plan, grades=plan.grades[:room])
    if plan.shape is Shape.BLENDED and len(plan.grades) > 1:
        _settle_blended(town, plan)
        return
    if plan.shape is Shape.BLENDED:
        plan = replace(plan, shape=Shape.SEPARATED)
    names = _surnames(town, plan)
    adults = _adults(town, plan, names)
    _move_in(town, plan, adults, names.child)


def _settle_blended(town: Town, plan: Plan) -> None:
    """One mother, two fathers who live elsewhere: two families, and her household spans both."""
    first, second = _surnames(town, plan), _surnames(town, plan)
    mother = _adult(town, plan, first.mother, "mother", town.household_id())
    for names, grades in ((first, plan.grades[:1]), (second, plan.grades[1:])):
        father = _adult(town, plan, names.father, "father", town.household_id())
        _move_in(town, replace(plan, grades=grades), [mother, father], names.child)


def _move_in(town: Town, plan: Plan, adults: list[Adult], family_name: str) -> None:
    if adults and not plan.staged and town.rng.random() < plans.RELATIVE:
        adults = [*adults, _relative(town, plan)]
    children = _children(town, plan, family_name)
    double = _entered_twice(town, plan, adults, children)
    for child in children:
        far = double is not None and child.school_id != children[0].school_id
        town.tie([double, *adults[1:]] if double and far else adults, child)
    town.guardians.update((adult.guardian.id, adult.guardian) for adult in adults)
    # Students without guardians are a family each, brothers and sisters or not.
    for group in [children] if adults else [[child] for child in children]:
        town.found_family(plan.shape, plan.languages[0], group, adults)


def _children(town: Town, plan: Plan, family_name: str) -> list[Student]:
    children: list[Student] = []
    for grade in plan.grades:
        culture = _given_by(town, CULTURES[plan.languages[1]])
        taken = frozenset(child.given_name for child in children)
        children.append(town.enroll(culture, family_name, grade, plan.zone, taken))
    return children


def _adults(town: Town, plan: Plan, names: Surnames) -> list[Adult]:
    if plan.shape is Shape.TOGETHER:
        return _couple(town, plan, names)
    if plan.shape is Shape.SINGLE:
        kind = "mother" if town.rng.random() < 0.8 else "father"
        name = names.mother if kind == "mother" else names.father
        return [_adult(town, plan, name, kind, town.household_id())]
    if plan.shape is Shape.SEPARATED:
        return _separated(town, plan, names)
    if plan.shape is Shape.KIN:
        return _kin(town, plan, names)
    return []


def _couple(town: Town, plan: Plan, names: Surnames) -> list[Adult]:
    rng = town.rng
    kinds = rng.choices(
        (("mother", "father"), ("mother", "mother"), ("father", "father")),
        (0.96, 0.025, 0.015),
    )[0]
    home = town.household_id()
    first = _adult(town, plan, names.mother, kinds[0], home)
    second = _adult(town, plan, names.father, kinds[1], home, second=True)
    address = first.guardian.email
    own = address not in ("", PLACEHOLDER_ADDRESS)
    if plan.staged or not own or rng.random() >= plans.SHARED_ADDRESS:
        return [first, second]
    second = replace(second, guardian=replace(second.guardian, email=address))
    if rng.random() >= plans.NO_HOUSEHOLD_ID:
        return [first, second]
    return [replace(adult, household_id="") for adult in (first, second)]


def _separated(town: Town, plan: Plan, names: Surnames) -> list[Adult]:
    rng = town.rng
    hers, his = town.household_id(), town.household_id()
    mother = _adult(town, plan, names.mother, "mother", hers)
    father = _adult(town, plan, names.father, "father", his, second=True)
    if plan.staged:
        return [mother, father]
    if rng.random() < plans.BARRED:
        barred = replace(father, gets_mail=False, may_see_record=False)
        return [mother, barred]
    if rng.random() < plans.STEPPARENT:
        name = rng.choice(CULTURES[plan.languages[0]].families)
        return [mother, father, _adult(town, plan, name, "parent", hers)]
    return [mother, father]


def _kin(town: Town, plan: Plan, names: Surnames) -> list[Adult]:
    rng, home, kind, name = town.rng, town.household_id(), "grandparent", names.father
    if rng.random() < 0.3:
        plan = replace(plan, languages=("en", "en"))
        kind, name = "foster", rng.choice(CULTURES["en"].families)
    adults = range(rng.choice((1, 2)))
    return [_adult(town, plan, name, kind, home, role="guardian") for _ in adults]


def _relative(town: Town, plan: Plan) -> Adult:
    rng = town.rng
    name = rng.choice(CULTURES[plan.languages[0]].families)
    kind = rng.choice(("relative", "relative", "grandparent"))
    adult = _adult(town, plan, name, kind, town.household_id(), role="relative")
    listed = rng.random() < 0.4
    written_to = listed and rng.random() < 0.4
    return replace(adult, listed=listed, gets_mail=written_to, may_see_record=written_to)


def _adult(
    town: Town,
    plan: Plan,
    name: Name,
    kind: str,
    home: str,
    *,
    second: bool = False,
    role: str = "parent",
) -> Adult:
    """An adult of the family; `second` speaks the family's second language."""
    rng, language = town.rng, plan.languages[second]
    given = rng.choice(_given_names(town, CULTURES[language], kind))
    if not plan.staged and rng.random() < plans.PREFERS_ENGLISH:
        language = "en"
    interpreter = language != "en" and rng.random() < plans.NEEDS_INTERPRETER
    if plan.staged:
        interpreter = language == "ar"
    phone = town.phone() if plan.staged or rng.random() >= plans.NO_PHONE else ""
    address = _address(town, plan, given, name)
    guardian = Guardian(
        town.person_id(),
        given.own,
        name.own,
        address,
        phone,
        role,
        language,
        interpreter,
    )
    return Adult(guardian, kind, home)


def _address(town: Town, plan: Plan, given: Name, name: Name) -> str:
    draw = town.rng.random()
    if not plan.staged and draw < plans.NO_ADDRESS:
        return ""
    if not plan.staged and draw < plans.NO_ADDRESS + plans.PLACEHOLDER:
        return PLACEHOLDER_ADDRESS
    return town.address(given.typed, name.typed, DOMAIN)


def _entered_twice(
    town: Town, plan: Plan, adults: list[Adult], children: list[Student]
) -> Adult | None:
    """The first adult under a second id, where two schools' offices each entered the parent."""
    if plan.staged or plan.shape not in ONE_ROOF or len({c.school_id for c in children}) < 2:
        return None
    first = adults[0]
    known_by_address = first.guardian.email not in ("", PLACEHOLDER_ADDRESS)
    if not known_by_address or town.rng.random() >= plans.ENTERED_TWICE:
        return None
    again = replace(first, guardian=replace(first.guardian, id=town.person_id()))
    town.guardians[again.guardian.id] = again.guardian
    town.doubles.append((first.guardian.id, again.guardian.id))
    return again


def _surnames(town: Town, plan: Plan) -> Surnames:
    rng = town.rng
    hers, his = (CULTURES[language] for language in plan.languages)
    father, mother = rng.choice(his.families), rng.choice(hers.families)
    if hers.double_family_name and his.double_family_name:
        child = both(father, mother).typed
        mother = both(mother, rng.choice(hers.families))
        return Surnames(mother, both(father, rng.choice(his.families)), child)
    if hers is his and rng.random() >= hers.keeps_name:
        mother = father
    return Surnames(mother, father, father.typed)


def _given_names(town: Town, culture: Culture, kind: str) -> tuple[Name, ...]:
    if kind == "mother":
        return culture.women
    if kind == "father":
        return culture.men
    return town.rng.choice((culture.women, culture.men))


def _given_by(town: Town, culture: Culture) -> Culture:
    """Now and then parents from elsewhere choose an English given name for a child."""
    return CULTURES["en"] if town.rng.random() < 0.15 else culture
