"""The shipped rules and dashboard are valid, name only what is exported, and are explained."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from shared import telemetry
from tests.alerts.monitor import QUICKER, RANGE_SECONDS, SHIPPED, program, quickened
from tests.servers import Broker

ROOT = SHIPPED.parents[1]
RULES = SHIPPED / "rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
METRIC = re.compile(r"\b(?:partners|rabbitmq|process)_[a-z_]+")
OF_A_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")


def alerts() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def named() -> set[str]:
    """Every figure that a rule or the dashboard asks for."""
    asked = [rule["expr"] for rule in alerts().values()]
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        asked += [target["expr"] for target in panel.get("targets", [])]
    found = {OF_A_HISTOGRAM.sub("", name) for text in asked for name in METRIC.findall(text)}
    # Labels of rules, and values of labels, are no figures.
    return {name for name in found if not name.endswith("_")}


def exported(text: str) -> set[str]:
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}


@pytest.fixture
async def all_exported(rabbit: Broker) -> set[str]:
    """What services and broker export, by their own words."""
    own, _ = telemetry.metrics()
    names = exported(own.decode())
    url = f"http://127.0.0.1:{rabbit.metrics_port}"
    asked = {"family": ["queue_coarse_metrics", "queue_consumer_count"]}
    for path, query in (("/metrics", {}), ("/metrics/detailed", asked)):
        names |= exported(httpx2.get(url + path, params=query).raise_for_status().text)
    return names


async def test_rules_and_dashboard_name_only_what_is_exported(all_exported: set[str]) -> None:
    assert named() - all_exported == set()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", str(RULES)),
        ("check", "config", str(SHIPPED / "prometheus.yml")),
        ("test", "rules", str(Path(__file__).with_name("rules_test.yml"))),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_promtool_is_content(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [program("promtool"), *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_over_its_real_duration() -> None:
    tests = yaml.safe_load(Path(__file__).with_name("rules_test.yml").read_text(encoding="utf-8"))
    tried = [each for test in tests["tests"] for each in test["alert_rule_test"]]
    firing = {each["alertname"] for each in tried if each["exp_alerts"]}
    silent = {each["alertname"] for each in tried if not each["exp_alerts"]}
    assert set(alerts()) == firing == silent


def test_every_alert_says_how_urgent_it_is_and_what_to_do() -> None:
    guide = (ROOT / "docs" / "guides" / "alerts.md").read_text(encoding="utf-8")
    for name, rule in alerts().items():
        urgent = rule["labels"]["severity"]
        assert urgent in {"page", "ticket"}
        assert f"| `{name}` | {urgent} |" in guide
        assert rule["annotations"]["summary"]


def test_a_quickened_rule_differs_in_its_times_only() -> None:
    shipped = "expr: rate(a[5m]) > 1\nfor: 10m\nexpr: partners_outbox_lag_seconds > 120\n"
    shipped += "expr: partners_letters_overdue_seconds > 600\nfor: 2m\n"
    quick = quickened(shipped)
    assert f"rate(a[{RANGE_SECONDS}s])" in quick
    assert f"for: {600 // QUICKER}s" in quick
    assert "for: 1s" in quick
    assert "partners_outbox_lag_seconds > 2\n" in quick
    assert "partners_letters_overdue_seconds > 5\n" in quick


def test_the_dashboard_can_be_imported() -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert dashboard["schemaVersion"] >= 36  # Grafana 10 reads it as it is
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == "${datasource}"


def test_prometheus_asks_every_service_and_nothing_answers_outside() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    jobs = yaml.safe_load((SHIPPED / "prometheus.yml").read_text(encoding="utf-8"))
    targets = {
        target.partition(":")[0]
        for job in jobs["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    }
    serving = {
        name
        for name, each in compose["services"].items()
        if each.get("command", [""])[0] == "serve"
    }
    assert targets == serving | {"rabbitmq"}
    published = {name for name, each in compose["services"].items() if "ports" in each}
    # The edge shuts /metrics (tests/rules/test_front_door.py); Grafana is for this machine alone.
    assert published == {"edge", "grafana"}
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["grafana"]["ports"])
    assert compose["services"]["prometheus"]["profiles"] == ["monitoring"]
