"""What routes of this service ask for."""

from typing import Annotated, cast

from fastapi import Depends, Query, Request

from services.reports.actions import Desk


async def _desk_of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


AtDesk = Annotated[Desk, Depends(_desk_of)]
SchoolId = Annotated[str, Query(max_length=64, description="Empty: all schools that you may see.")]
PeriodKey = Annotated[
    str,
    Query(
        max_length=80,
        description="`month:2026-11`, `term:<id>` or `year:2026`; empty: this school year.",
    ),
]
