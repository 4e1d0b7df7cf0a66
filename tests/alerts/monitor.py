"""A real Prometheus with the shipped configuration and rules, only faster.

What is changed for a test, and nothing else:

- `for:` and ranges such as `[5m]` are `QUICKER` times shorter, ranges at least `RANGE_SECONDS`
  (a rate needs a few samples), and everything is asked and judged once a second;
- the two thresholds on ages in `AGES` are seconds instead of minutes;
- the addresses of targets, and the virtual host of the broker, are the test's.

What the real durations do is tested by `rules_test.yml`, with time series instead of time.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml

from embedded.mongod import dies_with_parent
from embedded.ports import free_port
from tests.journeys.waiting import eventually
from tests.servers.broker import ServerMissing

SHIPPED = Path(__file__).parents[2] / "deploy" / "prometheus"
QUICKER = 300
RANGE_SECONDS = 6
AGES = {
    "partners_outbox_lag_seconds > 120": "partners_outbox_lag_seconds > 2",
    "partners_letters_overdue_seconds > 600": "partners_letters_overdue_seconds > 5",
}
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def program(name: str) -> str:
    """`prometheus` or `promtool`; `ServerMissing` says what to install."""
    found = shutil.which(name)
    if found is None:
        raise ServerMissing(f"{name} is not installed: `make system`, or apt install prometheus")
    return found


def quickened(rules: str) -> str:
    """The shipped rules, as the words at the head of this file say."""
    for slow, quick in AGES.items():
        assert slow in rules, f"the rules no longer say {slow}"
        rules = rules.replace(slow, quick)
    rules = re.sub(r"\[(\d+)([smh])\]", lambda of: f"[{_shorter(of, RANGE_SECONDS)}s]", rules)
    return re.sub(r"(?<=for: )(\d+)([smh])", lambda of: f"{_shorter(of, 1)}s", rules)


def _shorter(duration: re.Match[str], least: int) -> int:
    return max(least, int(duration[1]) * _SECONDS[duration[2]] // QUICKER)


def pointed(configuration: str, targets: Mapping[str, str], vhost: str) -> dict[str, Any]:
    """The shipped configuration, asking these targets (by their shipped names) each second."""
    made: dict[str, Any] = yaml.safe_load(configuration)
    made["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    for job in made["scrape_configs"]:
        for group in job["static_configs"]:
            group["targets"] = [targets[name] for name in group["targets"]]
        if "vhost" in job.get("params", {}):
            job["params"]["vhost"] = [vhost]
    return made


Alert = tuple[str, str]
"""Its name, and what it is about: a service, else a queue, else nothing."""


@dataclass
class Monitor:
    """Prometheus, running."""

    folder: Path
    url: str = ""
    _running: "subprocess.Popen[bytes] | None" = None

    def start(self, targets: Mapping[str, str], vhost: str) -> None:
        """Start it on a port of its own, and wait until it judged once."""
        rules, port = (SHIPPED / "rules.yml").read_text(encoding="utf-8"), free_port()
        (self.folder / "rules.yml").write_text(quickened(rules), encoding="utf-8")
        shipped = (SHIPPED / "prometheus.yml").read_text(encoding="utf-8")
        configuration = self.folder / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(pointed(shipped, targets, vhost)))
        command = [
            program("prometheus"),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with (self.folder / "prometheus.log").open("wb") as log:
            self._running = subprocess.Popen(
                [*dies_with_parent("KILL"), *command], stdout=log, stderr=subprocess.STDOUT
            )
        self.url = f"http://127.0.0.1:{port}"
        eventually(self._answers, otherwise=(self.folder / "prometheus.log").read_text)

    def stop(self) -> None:
        """End it; what it measured is not needed any more."""
        if self._running:
            self._running.kill()
            self._running.wait()

    def ask(self, what: str, **query: str) -> Any:
        """Its HTTP API."""
        answer = httpx2.get(f"{self.url}/api/v1/{what}", params=query, timeout=10)
        answer.raise_for_status()
        return answer.json()["data"]

    def firing(self) -> set[Alert]:
        """The alerts for which somebody would be called now."""
        return {
            (each["labels"]["alertname"], _about(each["labels"]))
            for each in self.ask("alerts")["alerts"]
            if each["state"] == "firing"
        }

    def all_targets_answer(self) -> bool:
        """Whether everything that is to be asked answers."""
        active = self.ask("targets", state="active")["activeTargets"]
        return bool(active) and all(each["health"] == "up" for each in active)

    def waits_for(self, alerts: set[Alert], seconds: float = 60) -> None:
        """Wait until all of these fire together."""
        eventually(
            lambda: alerts <= self.firing(),
            seconds,
            lambda: f"does not fire: {alerts - self.firing()}; fires: {self.firing()}",
        )

    def waits_for_the_end_of(self, alerts: set[Alert], seconds: float = 60) -> None:
        """Wait until none of these fires."""
        eventually(
            lambda: not alerts & self.firing(),
            seconds,
            lambda: f"fires still: {alerts & self.firing()}",
        )

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/-/ready", timeout=2).is_success
        except httpx2.TransportError:
            return False


def _about(labels: Mapping[str, str]) -> str:
    return labels.get("service") or labels.get("queue") or ""
