"""What is said of the platform joins HTTP to consumer, and holds no personal data."""

import json
from datetime import UTC, datetime

import pytest
from aiosmtpd import smtp
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import telemetry
from shared.envelope import Envelope
from shared.errors import Refused

CANARY = "Marisol Quetzalcoatl"


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    telemetry.trace_to(exporter, "test")
    return exporter


def test_a_trace_that_begins_with_a_request_goes_on_in_the_consumer(
    spans: InMemorySpanExporter,
) -> None:
    with telemetry.request("contacts", "POST", None) as said:
        said["route"] = "/contacts/families/{family_id}"
        parent = telemetry.traceparent()
    envelope = Envelope(
        id="m1",
        source="/partners/contacts",
        type="org.partners.contact.logged.v1",
        time=datetime(2026, 11, 24, tzinfo=UTC),
        traceparent=parent,
        data={},
    )
    with telemetry.handling("reports", envelope):
        pass
    telemetry.flush()
    request, handling = spans.get_finished_spans()[-2:]
    assert request.name == "POST /contacts/families/{family_id}"
    assert request.context
    assert handling.context
    assert handling.parent
    assert handling.context.trace_id == request.context.trace_id
    assert handling.parent.span_id == request.context.span_id


def test_a_log_line_is_json_and_models_in_it_are_only_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.setup(service="contacts")
    telemetry.logger("test").info("saved", contact_id="c1", family={"name": CANARY})
    line = json.loads(capsys.readouterr().err)
    assert line["contact_id"] == "c1"
    assert line["family"] == "dict"


def test_a_foreign_error_is_logged_by_its_class_and_place_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.setup(service="contacts")
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        telemetry.failed("contacts", error)
    telemetry.failed("contacts", Refused("the day lies in the future"))
    foreign, ours = capsys.readouterr().err.splitlines()
    assert CANARY not in foreign
    assert "ValueError" in foreign
    assert "the day lies in the future" in ours


def test_metrics_are_prometheus_text() -> None:
    telemetry.settled("contacts", "done")
    text, kind = telemetry.metrics()
    assert b'partners_messages_total{fate="done",service="contacts"}' in text
    assert kind.startswith("text/plain")


def test_the_log_in_which_the_mail_library_quotes_addresses_is_off() -> None:
    assert smtp.log.name in telemetry.NOISY
