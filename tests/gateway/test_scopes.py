"""A scope that a route asks for can be granted."""

import re
from pathlib import Path

from services.gateway.actions.first_steps import OPERATOR_SCOPES
from services.gateway.domain.clients import SCOPES

ROOT = Path(__file__).parents[2]


def asked() -> set[str]:
    """Every scope that a route of any service asks for."""
    files = [*(ROOT / "services").rglob("web/**/*.py"), ROOT / "shared/web/dead.py"]
    source = "\n".join(path.read_text() for path in files)
    found = re.findall(r'scope=\s*"([^"]+)"|web\.scope\("([^"]+)"\)', source)
    constants = re.findall(
        r'^(?:READ|WRITE|[A-Z_]*SCOPE) = "([a-z]+:[a-z]+)"', source, re.MULTILINE
    )
    return {one or two for one, two in found} | set(constants)


def test_every_scope_that_is_asked_for_can_be_granted() -> None:
    assert asked() - set(SCOPES) == set()


def test_the_operator_may_all_but_speak_for_another_system() -> None:
    assert set(SCOPES) - set(OPERATOR_SCOPES) == {"messages:write", "notices:request"}
