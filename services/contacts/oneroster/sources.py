"""Where a package's files come from: a folder, a ZIP or one CSV, with bounded sizes."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from services.contacts.domain.roster import Finding, PackageRefused, PackageUnreadable, Severity


@dataclass(frozen=True)
class Limits:
    """What a package may cost to read. Sizes in bytes; a large roster has about 200 MB."""

    zip_bytes: int = 512 * 1024 * 1024
    file_bytes: int = 1024 * 1024 * 1024
    total_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 250
    """How many times larger a ZIP entry may become; CSV text rarely exceeds 50."""
    ratio_from_bytes: int = 4 * 1024 * 1024
    files: int = 500
    line_bytes: int = 1024 * 1024
    kept_findings: int = 100_000
    """Findings kept with their line per table; beyond it they are only counted."""


def refused(code: str, reason: str, file: str = "", line: int | None = None) -> PackageRefused:
    return PackageRefused([Finding(file, line, Severity.REFUSED, code, reason)])


@dataclass(frozen=True)
class FileEntry:
    """`name` as the package writes it; `key` is how to fetch it."""

    name: str
    key: str
    size: int


class Source:
    """The files of one package, by lower-case name. Files are opened anew each time."""

    def __init__(self, path: Path, files: list[FileEntry], folder: str = "") -> None:
        self.path = path
        self.folder = folder
        self.files = {entry.name.lower(): entry for entry in files}

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        entry = self.files[name.lower()]
        try:
            with Path(entry.key).open("rb") as stream:
                yield stream
        except OSError as error:
            raise PackageUnreadable(
                f"The file {entry.name} can't be opened ({error.strerror}). "
                "Check that it exists and that you may read it."
            ) from None


class ZipSource(Source):
    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        entry = self.files[name.lower()]
        with ExitStack() as stack:
            try:
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                stream = stack.enter_context(archive.open(entry.key))
            except (*_BROKEN, KeyError, RuntimeError, NotImplementedError) as error:
                raise damaged(self.path.name, entry.name) from error
            try:
                yield stream
            except _BROKEN as error:
                raise damaged(self.path.name, entry.name) from error


# What reading a broken ZIP raises: the checksum is only known at the end of an entry.
_BROKEN = (OSError, zipfile.BadZipFile, EOFError, zlib.error)


def damaged(zip_name: str, entry_name: str) -> PackageUnreadable:
    return PackageUnreadable(
        f"The file {entry_name} inside {zip_name} is damaged. Export the roster again, or copy "
        "the ZIP again if it was sent by mail."
    )


def open_source(path: Path, limits: Limits) -> Source:
    """Raises PackageUnreadable when nothing can be opened, PackageRefused when it is too much."""
    if path.is_dir():
        return _folder(path, limits)
    if not path.is_file():
        raise PackageUnreadable(f"There is no file or folder {path.name}. Check the name.")
    try:
        is_zip = zipfile.is_zipfile(path)
        start = _first_bytes(path)
    except OSError as error:
        raise PackageUnreadable(f"{path.name} can't be opened ({error.strerror}).") from None
    if is_zip and not _is_workbook(path):
        return _zip(path, limits)
    if start.startswith(b"PK\x03\x04") and path.suffix.lower() not in (".csv", ".txt"):
        raise PackageUnreadable(
            f"{path.name} is a damaged or unfinished ZIP file. Copy or export it again."
        )
    if path.suffix.lower() not in (".csv", ".txt"):
        raise PackageUnreadable(
            f"{path.name} is neither a ZIP file, nor a folder, nor a CSV file. "
            "Export the roster as OneRoster CSV."
        )
    return _folder_files(path, [FileEntry(path.name, str(path), path.stat().st_size)], limits)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".txt", ".xlsx", ".xlsm", ".ods", ".docx")


def _folder(path: Path, limits: Limits) -> Source:
    try:
        inside = sorted(p for p in path.iterdir() if is_data_name(p.name) and p.is_file())
        entries = [FileEntry(p.name, str(p), p.stat().st_size) for p in inside]
    except OSError as error:
        raise PackageUnreadable(
            f"The folder {path.name} can't be opened ({error.strerror})."
        ) from None
    return _folder_files(path, entries, limits)


def _folder_files(path: Path, entries: list[FileEntry], limits: Limits) -> Source:
    _check_entries(entries, limits)
    return Source(path, entries)


def is_data_name(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith((".", "~$"))


def _zip(path: Path, limits: Limits) -> Source:
    if path.stat().st_size > limits.zip_bytes:
        raise refused(
            "too-large",
            f"The ZIP is larger than {limits.zip_bytes // 2**20} MB. "
            "A roster is never this large: check that it is the right file.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise PackageUnreadable(
            f"{path.name} is not a ZIP file that can be opened. Copy or export it again."
        ) from None
    data = [info for info in infos if _is_data(info)]
    _check_infos(data, len(infos), limits)
    folder = _only_folder(data)
    entries = [
        FileEntry(PurePosixPath(i.filename).name, i.filename, i.file_size)
        for i in data
        if str(PurePosixPath(i.filename).parent) == folder
    ]
    _check_entries(entries, limits)
    return ZipSource(path, entries, "" if folder == "." else folder)


def _is_data(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    hidden = any(part == "__MACOSX" or part.startswith(".") for part in parts)
    link = stat.S_ISLNK(info.external_attr >> 16)
    return bool(parts) and not (info.is_dir() or hidden or link) and is_data_name(parts[-1])


def _check_infos(data: list[zipfile.ZipInfo], count: int, limits: Limits) -> None:
    if count > limits.files:
        raise refused(
            "too-many-files",
            f"The ZIP holds {count} files; a roster has at most about 25. "
            "Make a ZIP of the roster's CSV files only.",
        )
    for info in data:
        if info.flag_bits & 0x1:
            raise PackageUnreadable(
                "The ZIP is protected with a password. Make it again without one."
            )
        large = info.file_size > limits.ratio_from_bytes
        if large and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise refused(
                "zip-bomb",
                f"The file would grow to {info.file_size // 2**20} MB when unpacked, "
                f"more than {limits.ratio} times its size. Real rosters don't; it was not opened.",
                info.filename,
            )


def _only_folder(data: list[zipfile.ZipInfo]) -> str:
    """OneRoster wants the files at the top; one folder around them means the same."""
    folders = sorted({str(PurePosixPath(info.filename).parent) for info in data})
    if len(folders) > 1 and "." not in folders:
        raise refused(
            "several-packages",
            f"The ZIP holds several folders with CSV files ({', '.join(folders[:4])}), and which "
            "one is meant is not certain. Make one ZIP for each roster.",
        )
    return "." if "." in folders or not folders else folders[0]


def _check_entries(entries: list[FileEntry], limits: Limits) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.size > limits.file_bytes:
            raise refused(
                "too-large",
                f"The file is larger than {limits.file_bytes // 2**20} MB. "
                "Check that it is the right file.",
                entry.name,
            )
        if entry.name.lower() in seen:
            raise refused(
                "file-twice",
                f"There are two files named {entry.name}, and which one is meant is not certain. "
                "Keep one of them.",
                entry.name,
            )
        seen.add(entry.name.lower())
    if sum(entry.size for entry in entries) > limits.total_bytes:
        raise refused("too-large", f"The files are larger than {limits.total_bytes // 2**20} MB.")
