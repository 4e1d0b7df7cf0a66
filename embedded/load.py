"""Loads the sample district through the front door, as a district's own people and systems would.

Run again, it changes nothing that is there. In Compose: `python -m embedded.load --url …`.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2

from cli.door import Door, Profile
from cli.trouble import Trouble
from embedded.sample import (
    District,
    Educator,
    PastContact,
    Position,
    history,
    make_district,
    write_package,
)
from embedded.visitor import Visitor

IMPORTS = "/contacts/api/v1/rosters"
SETTINGS = "/notifications/api/v1/settings"
LANGUAGES = "/notifications/languages"
DEMO_SETTINGS: dict[str, Any] = {
    "take_back_seconds": 0,
    "quiet_hours": None,
    "school_days_only": False,
    "all_schools_live": True,
}
SYSTEM = "sample"
PAST_DAYS = 60
BATCH = 250
PATIENCE_SECONDS = 240
ROLES = {
    Position.TEACHER: "educator",
    Position.COORDINATOR: "coordinator",
    Position.PRINCIPAL: "principal",
    Position.OFFICE: "office",
}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """Who may sign in afterwards, all with the same password."""

    district: District
    password: str

    @property
    def people(self) -> tuple[Educator, ...]:
        """The educator and the coordinator; the district user is the first account."""
        return (self.district.picks.educator, self.district.picks.coordinator)


def sample(today: date) -> District:
    """The sample district of the demo."""
    return make_district(today=today)


def load(door: Door, district: District, password: str, say: Say) -> Loaded:
    """Import the roster, make the accounts, switch the schools live."""
    job = import_roster(door, district)
    say(f"Roster: {job['state']}.")
    for person in (district.picks.educator, district.picks.coordinator):
        make_account(door, person, password)
    go_live(door)
    return Loaded(district, password)


def import_roster(door: Door, district: District) -> dict[str, Any]:
    """Send the sample roster and its contacts file, and wait until both are in."""
    with tempfile.TemporaryDirectory() as folder:
        package = write_package(district, Path(folder))
        contacts = package.with_name("contacts.csv")
        with package.open("rb") as roster, contacts.open("rb") as beside:
            sent = [("roster", (package.name, roster)), ("contacts", (contacts.name, beside))]
            job: dict[str, Any] = door.post(IMPORTS, files=sent, timeout=PATIENCE_SECONDS)
    return wait_for_import(door, job)


def wait_for_import(door: Door, job: dict[str, Any]) -> dict[str, Any]:
    """Poll until an import ends; `Trouble` when it does not end well."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while job["state"] not in {"done", "refused", "failed", "cancelled", "waiting"}:
        if time.monotonic() > ends:
            raise Trouble(f"the import is still {job['state']} after {PATIENCE_SECONDS} s")
        time.sleep(0.2)
        job = door.get(f"{IMPORTS}/{job['import_id']}")
    if job["state"] != "done":
        raise Trouble(f"the import is {job['state']}: {job.get('reasons') or job}")
    return job


def find_educator(door: Door, sourced_id: str) -> dict[str, Any]:
    """The person as the gateway's directory has it; waits until the roster has arrived there."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = door.get("/api/v1/educators", sourced_id=sourced_id)
        if found:
            person: dict[str, Any] = found[0]
            return person
        time.sleep(0.1)
    raise Trouble(f"the gateway does not know {sourced_id}")


def make_account(door: Door, person: Educator, password: str) -> None:
    """An account for a person of the roster, unless there is one."""
    known = find_educator(door, person.id)
    account = {
        "login": person.email,
        "name": f"{person.given_name} {person.family_name}",
        "role": ROLES[person.position],
        "school_ids": known["school_ids"],
        "educator_id": known["educator_id"],
        "password": password,
    }
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            door.post("/api/v1/accounts", json=account)
        except Trouble as trouble:
            if "has an account" in str(trouble) or "already" in str(trouble):
                return
            # The school may arrive at the gateway a moment after its people.
            if "not known" not in str(trouble) or time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def go_live(door: Door) -> None:
    """No take-back time, no quiet hours, all schools live: letters of the demo go out at once."""
    change_settings(door, DEMO_SETTINGS)


def accept_translations(url: str, login: str, password: str) -> None:
    """Accept every sentence of the letters' drafts on their pages, as a coordinator does.

    Where they are accepted already, as in `make demo`, nothing happens.
    """
    with Visitor(url) as visitor:
        visitor.sign_in(login, password)
        listed = visitor.open(LANGUAGES)
        for link in listed.links:
            if not link.startswith(f"{LANGUAGES}/"):
                continue
            page = visitor.open(link)
            while any(form.action.endswith("/accept") for form in page.forms):
                page = visitor.submit(page, "/accept", {})


def change_settings(door: Door, wanted: dict[str, Any]) -> dict[str, Any]:
    """Change some of the district's mail settings; gives all of them as they were before."""
    before: dict[str, Any] = door.get(SETTINGS)
    door.ask("PUT", SETTINGS, json={**before, **wanted})
    return before


def tell_the_past(url: str, secret: str, client_id: str, district: District) -> int:
    """Send the district's past contacts, as a phone system would; gives how many were taken."""
    taken = 0
    with Door(Profile(url, client_id, secret)) as door:
        events = (_as_message(number, past) for number, past in enumerate(_recent(district)))
        while batch := list(islice(events, BATCH)):
            answer = door.post(
                "/api/v1/messages",
                json=batch,
                headers={"Content-Type": "application/cloudevents-batch+json"},
            )
            taken += sum(each["result"] != "refused" for each in answer["results"])
    return taken


def _recent(district: District) -> Iterator[PastContact]:
    return history(district, days=PAST_DAYS)


def _as_message(number: int, past: PastContact) -> dict[str, Any]:
    data = {
        "student_sourced_id": past.student_id,
        "guardian_sourced_id": past.guardian_id,
        "educator_sourced_id": past.educator_id,
        "channel": past.channel,
        "direction": past.direction,
        "tone": past.tone,
        "outcome": past.outcome,
        "language": past.language,
        "occurred_at": past.at.isoformat(),
    }
    return {
        "specversion": "1.0",
        "id": f"past-{number}-{past.at:%Y%m%d%H%M}",
        "source": f"/ext/{SYSTEM}",
        "type": "org.partners.family.contacted.v1",
        "time": past.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {name: value for name, value in data.items() if value is not None},
    }


def wait_until_open(url: str) -> None:
    """Wait until the front door answers."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        try:
            if httpx2.get(f"{url}/healthz", timeout=3).is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.3)
    raise Trouble(f"{url} does not answer")


def _secret(name: str) -> str:
    path = Path(os.environ.get("PARTNERS_SECRETS_DIR", "secrets")) / f"partners_{name}"
    return os.environ.get(f"PARTNERS_{name.upper()}") or path.read_text().strip()


def main(words: Sequence[str] | None = None) -> None:
    """Load, say what was done, and with `--rest` stay until told to stop."""
    parser = argparse.ArgumentParser(description="Load the sample district.")
    parser.add_argument("--url", required=True, help="the front door")
    parser.add_argument("--rest", action="store_true", help="stay afterwards")
    given = parser.parse_args(words)
    wait_until_open(given.url)
    password = _secret("demo_password")
    with Door(Profile(given.url, "operator", _secret("operator_secret"))) as door:
        # UTC, so that the district is the same one on every machine on the same day.
        loaded = load(door, sample(date.today()), password, print)  # noqa: DTZ011
    accept_translations(given.url, loaded.district.picks.coordinator.email, password)
    Path("/tmp/loaded").touch()  # noqa: S108 - for the health check of its own container
    print("The sample district is loaded.", flush=True)  # noqa: T201
    if given.rest:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
