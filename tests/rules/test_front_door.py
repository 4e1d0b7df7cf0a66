"""The front door of Compose sends each service what is its own: `/contacts` and all below it."""

import re
from pathlib import Path

import pytest

from shared.bus.topology import SERVICES

CADDYFILE = Path(__file__).parents[2] / "deploy" / "Caddyfile"
BEHIND = (*(name for name in SERVICES if name != "gateway"), "mailbox")


@pytest.mark.parametrize("service", BEHIND)
def test_a_service_gets_its_first_page_and_all_below_it(service: str) -> None:
    text = CADDYFILE.read_text(encoding="utf-8")
    # Caddy's `/contacts/*` does not match `/contacts`, to which the menu leads.
    assert f"@{service} path /{service} /{service}/*\n" in text
    handled = re.search(rf"handle @{service} {{(.*?)\n\t}}", text, re.DOTALL)
    assert handled
    assert f"reverse_proxy {service}:8000" in handled[1]


def test_what_only_machines_inside_ask_for_is_shut_outside() -> None:
    text = CADDYFILE.read_text(encoding="utf-8")
    assert "@inside path /metrics /readyz /session/token\n" in text
    # The first handle that fits answers, and a bare `respond` would come after every handle.
    handled = re.findall(r"\thandle (@inside|@\w+)? ?{\n(.*)\n", text)
    assert handled[0] == ("@inside", "\t\trespond 404")
