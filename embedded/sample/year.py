"""When there is school: a US school year laid around any given day."""

from datetime import date, timedelta

from embedded.sample.model import DaysOff, SchoolYear, Term

DAY = timedelta(days=1)
A_YEAR_BACK = timedelta(weeks=52)


def year_around(today: date) -> SchoolYear:
    """The school year in which `today` lies at least seven weeks in and three before the end.

    From mid-October to late May that is the usual one, late August to mid-June. On a summer's day
    the district is one that begins early or ends late, so that a demo has classes on any date.
    """
    begins, ends = _bounds(today)
    terms = _terms(begins, ends)
    return SchoolYear(terms, _days_off(begins, ends))


def is_school_day(year: SchoolYear, day: date) -> bool:
    """Whether there is school; days before the year are looked up 52 weeks (or more) later."""
    while day < year.begins:
        day += A_YEAR_BACK
    if day > year.ends or day.weekday() >= 5:
        return False
    return not any(off.first <= day <= off.last for off in year.days_off)


def next_school_day(year: SchoolYear, day: date, weekday: int) -> date:
    """The first school day on that weekday (Monday is 0) on or after `day`, else that weekday."""
    first = day + timedelta(days=(weekday - day.weekday()) % 7)
    weeks = (first + timedelta(weeks=week) for week in range(8))
    return next((each for each in weeks if is_school_day(year, each)), first)


def _bounds(today: date) -> tuple[date, date]:
    autumn = today.year if today >= date(today.year, 7, 20) else today.year - 1
    begins = _monday_before(date(autumn, 8, 27))
    ends = _friday_after(date(autumn + 1, 6, 10))
    begins = min(begins, _monday_before(today - timedelta(weeks=7)))
    ends = max(ends, _friday_after(today + timedelta(weeks=3)))
    return begins, ends


def _terms(begins: date, ends: date) -> tuple[Term, ...]:
    whole = (ends - begins).days + 1
    cuts = [begins + timedelta(days=whole * quarter // 4 // 7 * 7) for quarter in range(4)]
    lasts = [*(cut - DAY for cut in cuts[1:]), ends]
    label = f"{begins.year}-{ends.year}" if ends.year > begins.year else str(begins.year)
    terms = [Term("year", f"School year {label}", "schoolYear", begins, ends)]
    for half, title in enumerate(("Fall semester", "Spring semester")):
        first, last = cuts[half * 2], lasts[half * 2 + 1]
        terms.append(Term(f"sem{half + 1}", title, "semester", first, last, "year"))
    for number, (first, last) in enumerate(zip(cuts, lasts, strict=True)):
        parent = f"sem{number // 2 + 1}"
        terms.append(
            Term(
                f"q{number + 1}",
                f"Quarter {number + 1}",
                "gradingPeriod",
                first,
                last,
                parent,
            )
        )
    return tuple(terms)


def _days_off(begins: date, ends: date) -> tuple[DaysOff, ...]:
    years = range(begins.year, ends.year + 1)
    every = [off for year in years for off in _holidays(year)]
    inside = [off for off in every if begins < off.first and off.last < ends]
    return tuple(sorted(inside, key=lambda off: off.first))


def _holidays(year: int) -> list[DaysOff]:
    thanksgiving = _nth(year, 11, 3, 4)
    spring = _nth(year, 4, 0, 1)
    winter = date(year, 12, 23)
    memorial = _monday_before(date(year, 5, 31))
    return [
        _one("Martin Luther King Jr. Day", _nth(year, 1, 0, 3)),
        _one("Presidents' Day", _nth(year, 2, 0, 3)),
        DaysOff("Spring break", spring, spring + 4 * DAY),
        _one("Memorial Day", memorial),
        _one("Juneteenth", date(year, 6, 19)),
        _one("Independence Day", date(year, 7, 4)),
        _one("Labor Day", _nth(year, 9, 0, 1)),
        _one("Indigenous Peoples' Day", _nth(year, 10, 0, 2)),
        _one("Veterans Day", date(year, 11, 11)),
        DaysOff("Thanksgiving break", thanksgiving - DAY, thanksgiving + DAY),
        DaysOff("Winter break", winter, date(year + 1, 1, 2)),
    ]


def _one(title: str, day: date) -> DaysOff:
    return DaysOff(title, day, day)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=number - 1)


def _monday_before(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _friday_after(day: date) -> date:
    return day + timedelta(days=(4 - day.weekday()) % 7)
