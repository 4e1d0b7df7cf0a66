"""Files and functions stay small enough to be read at once; each exception says why."""

from pathlib import Path

from tests.rules.code import ROOT, functions, python_files, read

FILE_LINES = 330
FUNCTION_LINES = 45

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "shared/bus/definitions.py:definitions": "one document, laid out as RabbitMQ's own",
    "shared/web/app.py:create_app": "puts the parts of an app together, in one straight line",
}


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {str(path): len(read(path).splitlines()) for path in python_files()}
    long = {path: count for path, count in lengths.items() if count > FILE_LINES}
    assert {path: count for path, count in long.items() if path not in LONG_FILES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{path}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in python_files()
        for function in functions(path)
    }
    long = {name: count for name, count in lengths.items() if count > FUNCTION_LINES}
    assert {name: count for name, count in long.items() if name not in LONG_FUNCTIONS} == {}


def test_every_exception_still_exists() -> None:
    assert [path for path in LONG_FILES if not (ROOT / path).exists()] == []
    known = {f"{path}:{function.name}" for path in python_files() for function in functions(path)}
    assert [name for name in LONG_FUNCTIONS if name not in known] == []


def test_every_file_says_first_why_it_exists() -> None:
    silent = [
        str(path)
        for path in python_files()
        if (text := read(path)).strip() and not text.lstrip().startswith(('"""', "#!", "#"))
    ]
    assert silent == []


def test_every_package_has_an_init_file() -> None:
    # Without one, five files called test_domain.py would be one module.
    folders = {path.parent for path in python_files() if path.parts[0] != "tools"}
    folders |= {Path(*path.parts[:1]) for path in python_files() if path.parts[0] != "tools"}
    assert sorted(str(f) for f in folders if not (ROOT / f / "__init__.py").exists()) == []
