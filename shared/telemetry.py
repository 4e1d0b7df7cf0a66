"""What the platform says about itself: logs, counts and traces, never with personal data.

Logs are JSON lines with ids. Metrics are Prometheus text. A trace begins at the HTTP request and
goes on in every consumer, through the envelope's `traceparent` (W3C Trace Context).
"""

import logging
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from shared.envelope import Envelope

HANDLED = Histogram(
    "partners_handled_seconds",
    "Time to handle one message, or one batch of them.",
    ["service", "type"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
FATES = Counter("partners_messages_total", "Messages by what became of them.", ["service", "fate"])
FAILURES = Counter("partners_failures_total", "Failed handlings by kind.", ["service", "error"])
RELAYED = Counter("partners_relayed_total", "Messages handed to the broker.", ["service"])
STUCK = Gauge(
    "partners_outbox_stuck",
    "Messages that the last sweep could not publish.",
    ["service"],
)
WAITING = Gauge("partners_outbox_waiting", "Messages in the outbox not yet published.", ["service"])
LAG = Gauge("partners_outbox_lag_seconds", "Age of the oldest unpublished message.", ["service"])
DEAD = Gauge("partners_dead_letters", "Dead letters that wait for a person.", ["service"])
DEPENDENCY = Gauge(
    "partners_dependency_up",
    "1 while a server that the service needs (database, broker, mail) answers it.",
    ["service", "dependency"],
)
DIRECTORY = Gauge(
    "partners_directory_rows",
    "Schools, educators, families and households: contacts' own, and the replicas'.",
    ["service", "kind"],
)
FLAGS_AGE = Gauge(
    "partners_flags_as_of_age_seconds",
    "Age of the newest word from contacts on its register of flags.",
    ["service"],
)
FLAGS_MISSING = Gauge(
    "partners_flags_missing", "Flags that contacts told of and the replica lacks.", ["service"]
)
LETTERS_UNKNOWN = Gauge(
    "partners_letters_unknown",
    "Letters that may not have arrived and wait for a person.",
    ["service"],
)
LETTERS_OVERDUE = Gauge(
    "partners_letters_overdue", "Letters that are due and not handed over.", ["service"]
)
LETTERS_OVERDUE_AGE = Gauge(
    "partners_letters_overdue_seconds", "How long the oldest of them is due.", ["service"]
)
LETTERS_OVER_LIMIT = Gauge(
    "partners_letters_over_limit",
    "Letters that wait because the mail service, or a recipient's, takes no more for now.",
    ["service", "limit"],
)
LETTERS_A_DAY = Gauge(
    "partners_letters_begun_in_a_day",
    "Letters that count under the daily limit now, where there is one.",
    ["service"],
)
RETURNED = Counter(
    "partners_mail_returned_total",
    "Mail that came back, by what it is and what was done because of it.",
    ["service", "kind", "done"],
)
DELAY = Histogram(
    "partners_message_delay_seconds",
    "From a fact to its effect in this service, for the oldest of each batch.",
    ["service"],
    buckets=(0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600),
)
REQUESTS = Histogram(
    "partners_request_seconds",
    "Time to answer a request, by route pattern.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)

UNDER_WAY = Gauge("partners_requests_under_way", "Requests being served.", ["service", "who"])
REFUSED = Counter(
    "partners_refused_total",
    "Requests refused with 503 because too much is under way, or waits to be told.",
    ["service", "why"],
)

NOISY = (
    "aio_pika",
    "aiormq",
    "faststream",
    "pymongo",
    "httpx2",
    "httpcore2",
    "aiosmtpd",
    "mail.log",
)
"""Logs of libraries that say too much; the last is aiosmtpd's own, and quotes every address."""

_tracer = trace.get_tracer("partners")
_SENSITIVE = frozenset({"url.path", "url.query", "url.full", "http.target", "http.url"})


def setup(*, service: str, level: str = "INFO", otlp_endpoint: str = "") -> None:
    """Begin to log JSON lines on standard error and, where an address is given, to trace."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s", force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_scalars,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(process=service)
    if otlp_endpoint:
        # Where nobody collects traces, its megabytes are not needed.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        trace_to(OTLPSpanExporter(endpoint=otlp_endpoint), service)


def trace_to(exporter: SpanExporter, service: str) -> TracerProvider:
    """Send finished spans to an exporter, in the background."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def flush() -> None:
    """Hand over the spans that wait."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush()


def _only_scalars(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # A model or a document in a log line would be personal data before anyone noticed.
    return {
        key: value if isinstance(value, str | int | float | bool | None) else type(value).__name__
        for key, value in line.items()
    }


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger for ids, counts and reasons."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(logger=name)
    return bound


def traceparent() -> str | None:
    """The W3C trace context of what is going on now, for an envelope."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def handling(service: str, envelope: Envelope) -> Iterator[None]:
    """Around the handling of one message: its span, its time, and its id on each log line."""
    delayed(service, envelope)
    with (
        spanning(
            f"{service} {envelope.type}",
            envelope.traceparent,
            {"message.id": envelope.id},
        ),
        structlog.contextvars.bound_contextvars(message_id=envelope.id, type=envelope.type),
        HANDLED.labels(service, envelope.type).time(),
    ):
        yield


@contextmanager
def spanning(
    name: str, parent: str | None = None, attributes: Mapping[str, str] | None = None
) -> Iterator[trace.Span]:
    """A span, the child of a `traceparent` where one is given."""
    context = propagate.extract({"traceparent": parent}) if parent else None
    kept = {k: v for k, v in (attributes or {}).items() if k not in _SENSITIVE}
    with _tracer.start_as_current_span(name, context=context, attributes=kept) as span:
        yield span


@contextmanager
def request(service: str, method: str, parent: str | None) -> Iterator[dict[str, str]]:
    """Around one request; the caller fills in `route` (a pattern, never a path), `status`."""
    said = {"route": "unmatched", "status": "500"}
    began = time.perf_counter()
    with spanning(f"{service} {method}", parent) as span:
        try:
            yield said
        finally:
            span.update_name(f"{method} {said['route']}")
            span.set_attribute("http.route", said["route"])
            labels = (service, method, said["route"], said["status"])
            REQUESTS.labels(*labels).observe(time.perf_counter() - began)


def delayed(service: str, envelope: Envelope) -> None:
    """Count how long ago the fact of a message came to be."""
    DELAY.labels(service).observe(max(0.0, time.time() - envelope.time.timestamp()))


def settled(service: str, fate: str) -> None:
    """Count what became of a message."""
    FATES.labels(service, fate).inc()


def failed(service: str, error: BaseException) -> None:
    """Count and log a failure by its class; only our own errors say their words."""
    kind = type(error).__name__
    FAILURES.labels(service, kind).inc()
    ours = type(error).__module__ == "shared.errors"
    # Without the words of foreign errors, which may quote data; their place is safe and enough.
    place = "" if ours or error.__traceback__ is None else _place(error)
    # What a server calls its error by number says much, and quotes nothing.
    code = getattr(error, "code", None)
    place += f" code {code}" if isinstance(code, int) else ""
    logger("bus").warning(
        "failed", service=service, error=kind, words=str(error) if ours else place
    )


def _place(error: BaseException) -> str:
    trace_back = error.__traceback__
    while trace_back and trace_back.tb_next:
        trace_back = trace_back.tb_next
    if trace_back is None:
        return ""
    return f"{trace_back.tb_frame.f_code.co_name}:{trace_back.tb_lineno}"


def relayed(service: str, *, sent: int, stuck: int) -> None:
    """Count what a sweep of the outbox published and could not."""
    RELAYED.labels(service).inc(sent)
    STUCK.labels(service).set(stuck)


def metrics() -> tuple[bytes, str]:
    """Prometheus' text and its content type."""
    return generate_latest(), CONTENT_TYPE_LATEST
