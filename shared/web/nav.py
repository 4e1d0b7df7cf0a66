"""The main menu: where each role goes most."""

from dataclasses import dataclass

from shared.i18n import N_
from shared.identity import Role, Viewer

_EVERYONE: frozenset[Role] = frozenset(
    {"educator", "coordinator", "office", "principal", "district"}
)
_LEADS: frozenset[Role] = frozenset({"coordinator", "principal", "district"})


@dataclass(frozen=True)
class Entry:
    """One link of the menu; `icon` is a macro of `icons.html`."""

    path: str
    label: str
    icon: str
    roles: frozenset[Role]


ENTRIES: tuple[Entry, ...] = (
    Entry("/contacts", N_("Families"), "families", _EVERYONE),
    Entry("/events", N_("Events"), "events", _EVERYONE | {"helper"}),
    Entry("/notifications", N_("Letters"), "letters", _EVERYONE),
    Entry("/reports", N_("Reports"), "reports", _LEADS | {"educator", "office"}),
    Entry("/settings", N_("Settings"), "settings", frozenset({"district"})),
)


ROLE_NAMES: dict[Role, str] = {
    "educator": N_("Educator"),
    "coordinator": N_("Parent coordinator"),
    "office": N_("School office"),
    "principal": N_("Principal"),
    "district": N_("District"),
    "helper": N_("Helper at an event"),
    "operator": N_("Operator"),
    "system": N_("Another system"),
}


def menu(viewer: Viewer | None) -> list[Entry]:
    """What this viewer sees of it."""
    return [entry for entry in ENTRIES if viewer is not None and viewer.role in entry.roles]
