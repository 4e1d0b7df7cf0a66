"""An interpreter for the pages to show."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from embedded.visitor import Visitor

Visit = Callable[[str], AbstractContextManager[Visitor]]


def add_interpreter(visit: Visit, ids: dict[str, str]) -> None:
    """Somebody who interprets on Tuesdays, added by the coordinator."""
    with visit("coordinator") as visitor:
        page = visitor.open("/contacts/interpreters/new")
        wanted: dict[str, str | list[str]] = {
            "name": "Huda Nasser",
            "languages": ["ar"],
            "more_languages": "so",
            "phone": "+1 555 0177",
            "weekday": ["1", "", ""],
            "begins": ["14:00", "", ""],
            "ends": ["16:00", "", ""],
            "training": "Course for school interpreters",
            "independent": "true",
        }
        visitor.submit(page, "/contacts/interpreters", wanted)
        found = visitor.json("/contacts/api/v1/interpreters")
        assert isinstance(found, dict)
        ids["interpreter_id"] = found["items"][0]["interpreter_id"]
