"""A roster with mistakes, as districts send them."""

import tempfile
import zipfile
from pathlib import Path

from cli.door import Door
from embedded.load import wait_for_import
from embedded.sample import District, write_package

PATIENCE_SECONDS = 60
WRONG_ROWS = {
    "users.csv": ("p900001", "", "", "true", *[""] * 18),
    "enrollments.csv": ("e9000001", "", "", "c999999", "s001", "p900002", "student", "", "", ""),
}
"""A person without a name, and a place in a class that does not exist."""


def import_with_findings(door: Door, district: District) -> str:
    """The same roster once more, with rows that can't be taken; gives the id of the import."""
    with tempfile.TemporaryDirectory() as folder:
        package = write_package(district, Path(folder))
        spoiled = package.with_name("roster-with-mistakes.zip")
        with zipfile.ZipFile(package) as sound, zipfile.ZipFile(spoiled, "w") as wrong:
            for name in sound.namelist():
                text = sound.read(name).decode()
                if name in WRONG_ROWS:
                    text += ",".join(WRONG_ROWS[name]) + "\r\n"
                wrong.writestr(name, text)
        contacts = package.with_name("contacts.csv")
        with spoiled.open("rb") as roster, contacts.open("rb") as beside:
            sent = [("roster", (spoiled.name, roster)), ("contacts", (contacts.name, beside))]
            job = door.post("/contacts/api/v1/rosters", files=sent, timeout=PATIENCE_SECONDS)
    return str(wait_for_import(door, job)["import_id"])
