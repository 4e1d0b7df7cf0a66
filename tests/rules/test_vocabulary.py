"""The words of the house are used as DESIGN says: an event is a school event, and nothing else."""

import ast
from pathlib import Path

from tests.rules.code import python_files, tree

WRONG_CLASSES = {
    "Event": "a school event is SchoolEvent; what travels on the bus is a message",
    "Parent": "an adult of a family is a Guardian",
    "Teacher": "who writes to families is an Educator",
    "Notification": "words to a family are a Notice, one mail of it is a Delivery",
}


def classes(path: Path) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]


def test_no_class_bears_a_name_that_means_two_things() -> None:
    stray = [
        f"{path}:{node.lineno} class {node.name}: {WRONG_CLASSES[node.name]}"
        for path in python_files()
        for node in classes(path)
        if node.name in WRONG_CLASSES
    ]
    assert stray == []


def test_no_class_calls_a_message_an_event() -> None:
    endings = ("MessageEvent", "IntegrationEvent", "DomainEvent", "BusEvent", "EventBus")
    stray = [
        f"{path}:{node.lineno} class {node.name}"
        for path in python_files()
        for node in classes(path)
        if node.name.endswith(endings)
    ]
    assert stray == []


def test_no_module_is_called_events() -> None:
    # The service services/events is a folder; a file events.py would be taken for messages.
    assert [str(path) for path in python_files() if path.stem in {"event", "events"}] == []


def test_every_message_is_a_fact_in_the_past_tense_or_a_request() -> None:
    messages = {
        node.name
        for path in sorted(Path("shared/messages").glob("*.py"))
        for node in classes(path)
        if any(isinstance(base, ast.Name) and base.id == "Message" for base in node.bases)
    }
    assert messages, "shared/messages holds the messages"
    present = {"FlagsAsOf"}  # says a state, which is its fact
    ends = ("ed", "d", "Split", "Sent", "Kept")
    assert {name for name in messages - present if not name.endswith(ends)} == set()
