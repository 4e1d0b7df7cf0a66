"""What people and programs do with contact files: send, match, look, import, take back."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.contacts.actions.importing import Upload, keep_upload, safe_name
from services.contacts.domain.contact_files.file import ContactFile
from services.contacts.domain.contact_files.mapping import (
    ContactMapping,
    FieldName,
    MappingDraft,
    faults_of,
    faults_of_columns,
)
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Units, Work

UPLOADED = "contacts"
"""What an uploaded file is called among the pieces."""


@dataclass(frozen=True)
class Sent:
    """A file as it comes. `mapping`: the name of a saved one; empty when a person will match."""

    name: str
    upload: Upload
    school_id: str = ""
    mapping: str = ""
    key: str = ""
    by_itself: bool = False


async def receive_file(store: Store, units: Units, sent: Sent, by: Viewer) -> ContactFile:
    """Keep an uploaded file and queue it. `Refused` without such a mapping, `Forbidden`."""
    await check_place(store, sent.school_id, by)
    mapping = await _mapping_for(store, sent.school_id, sent.mapping) if sent.mapping else None
    file_id = units.mint()
    try:
        await keep_upload(store, units, file_id, UPLOADED, sent.upload)
    except BaseException:
        await store.imports.forget_upload(file_id)
        raise
    job = ContactFile(
        file_id=file_id,
        name=safe_name(sent.name, "contacts.csv"),
        school_id=sent.school_id,
        mapping=mapping,
        by=by.account_id,
        key=sent.key,
        by_itself=sent.by_itself,
        created_at=units.clock.now(),
    )
    await store.contact_files.add(job)
    return job


async def check_place(store: Store, school_id: str, by: Viewer) -> None:
    """`Forbidden` unless the viewer may bring in contacts of this school, or of all of them."""
    if by.role == "coordinator" and school_id not in by.school_ids:
        raise Forbidden(N_("Choose a school of yours."))
    if school_id and await store.directory.school(school_id) is None:
        raise NotFound(N_("There is no such school."))


async def _mapping_for(store: Store, school_id: str, name: str) -> ContactMapping:
    """A school's own, else the district's of that name."""
    own = await store.mappings.one(school_id, name) if school_id else None
    found = own or await store.mappings.one("", name)
    if found is None:
        reason = (
            f"There is no saved matching called {name}. Send one file by the page first, match its "
            "columns there and save them under that name."
        )
        raise Refused(reason)
    return found


async def choose_columns(
    store: Store, job: ContactFile, columns: Mapping[FieldName, str]
) -> ContactFile:
    """Note which columns say what; the words in them come next. `Refused`."""
    held = set(job.header)
    chosen = {name: column for name, column in columns.items() if column in held}
    if faults := faults_of_columns(chosen):
        raise _refusal(faults)
    return await store.contact_files.change(
        job.file_id, ["matching"], state="matching", columns=chosen
    )


async def match_again(store: Store, job: ContactFile) -> ContactFile:
    """Go back from the preview to the matching; from now on a person looks at the file."""
    # A file that came by a saved matching was never looked through for a person.
    state = "matching" if job.profile else "looking"
    return await store.contact_files.change(
        job.file_id, ["preview"], state=state, by_itself=False, columns={}, reasons=()
    )


async def match_file(
    store: Store, units: Units, job: ContactFile, draft: MappingDraft, by: Viewer
) -> ContactFile:
    """Save the matching under its name and judge the file's rows by it. `Refused`."""
    if faults := faults_of(draft):
        raise _refusal(faults)
    await check_place(store, job.school_id, by)

    async def body(work: Work) -> ContactMapping:
        return await store.mappings.save(draft, job.school_id, by.account_id, work)

    mapping = await units.run(body)
    return await store.contact_files.change(
        job.file_id, ["matching"], state="reading", mapping=mapping, columns={}, reasons=()
    )


async def import_file(store: Store, job: ContactFile) -> ContactFile:
    """Store what the preview showed. When the roster changed since, rows are judged again first."""
    stale = await store.imports.last_to_change() != job.read_upon
    total = 0 if stale else job.counts.get("new", 0)
    return await store.contact_files.change(
        job.file_id,
        ["preview"],
        state="reading" if stale else "applying",
        confirmed=True,
        done=0,
        total=total,
        reasons=(),
    )


async def cancel_file(store: Store, units: Units, job: ContactFile) -> ContactFile:
    """Decide against a file of which nothing is stored."""
    now = units.clock.now()
    cancelled = await store.contact_files.change(
        job.file_id, ["matching", "preview"], state="cancelled", ended_at=now
    )
    await tidy_file(store, job)
    return cancelled


async def undo_file(store: Store, units: Units, job: ContactFile, by: Viewer) -> ContactFile:
    """Begin to take back everything that came from a file. `Conflict` after 24 hours."""
    now = units.clock.now()
    job.check_undo(now)
    return await store.contact_files.change(
        job.file_id,
        ["done", "failed"],
        state="undoing",
        undone_by=by.account_id,
        undone_at=now,
        ended_at=None,
        tidied=False,
        done=0,
        total=job.counts.get("stored", 0),
    )


async def forget_mapping(store: Store, units: Units, school_id: str, name: str, by: Viewer) -> None:
    """Drop a saved matching; files that came by it are not touched. `NotFound`, `Forbidden`."""
    await check_place(store, school_id, by)
    if await store.mappings.one(school_id, name) is None:
        raise NotFound(N_("There is no such saved matching."))

    async def body(work: Work) -> None:
        await store.mappings.drop(school_id, name, work)

    await units.run(body)


def _refusal(faults: Mapping[str, str]) -> Refused:
    sentences = " ".join(faults.values())
    return Refused(sentences)


async def tidy_file(store: Store, job: ContactFile) -> None:
    """Leave nothing of an ended file but its report; of a cancelled one not even the rows."""
    await store.imports.forget_upload(job.file_id)
    current = await store.contact_files.current(job.file_id)
    if current.state in {"cancelled", "failed", "refused"} and not current.counts.get("stored"):
        await store.contact_files.clear_rows(job.file_id)
    await store.contact_files.tidied(job.file_id)
