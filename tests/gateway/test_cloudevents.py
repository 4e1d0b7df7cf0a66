"""Messages of other systems: every form is read, and what is wrong is said with its place."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings import amqp, http, rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.cloudevents import Raw, Unreadable, over_amqp, over_http
from services.gateway.domain.incoming import ExternalMessage, NotTaken, judge, system_of
from shared.external import EXTERNAL

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TYPE = "org.partners.family.contacted.v1"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
DATA = Path(__file__).parents[3] / "shared" / "data" / "cloudevents"
FACT = {
    "student_sourced_id": "S-1",
    "channel": "call",
    "outcome": "reached",
    "occurred_at": "2026-11-24T08:59:00Z",
    "words": "Ana leyó en voz alta. 好消息",
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "call-1",
    "source": "/ext/phones",
    "type": TYPE,
    "time": "2026-11-24T09:00:00Z",
    "data": FACT,
}


def structured(**changes: object) -> Raw:
    body = json.dumps({**EVENT, **changes}).encode()
    return over_http(STRUCTURED, [], body)[0]


def judged(raw: Raw) -> ExternalMessage:
    return judge(raw, system="phones", types=frozenset(EXTERNAL), now=NOW)


def test_a_structured_message_is_taken() -> None:
    message = judged(structured(subject="S-1", myextension="any", anumber=7, abool=True))
    assert message.key == "/ext/phones|call-1"
    assert message.data == FACT
    assert message.subject == "S-1"
    assert message.time == NOW


def test_the_three_http_forms_of_the_official_sdk_mean_the_same() -> None:
    attributes = {k: v for k, v in EVENT.items() if k not in {"data", "time"}}
    event = CloudEvent({**attributes, "time": NOW, "datacontenttype": "application/json"}, FACT)
    form = JSONFormat()
    for sent in (http.to_structured(event, form), http.to_binary(event, form)):
        headers = {name.lower(): value for name, value in sent.headers.items()}
        (raw,) = over_http(headers["content-type"], headers.items(), sent.body)
        assert judged(raw) == judged(structured())
    batch = json.dumps([EVENT, EVENT]).encode()
    assert [judged(raw) for raw in over_http(BATCH, [], batch)] == [judged(structured())] * 2


def test_the_amqp_forms_of_the_official_sdk_mean_the_same() -> None:
    attributes = {k: v for k, v in EVENT.items() if k not in {"data", "time"}}
    event = CloudEvent({**attributes, "time": NOW, "datacontenttype": "application/json"}, FACT)
    rabbit = rabbitmq.to_binary(event, JSONFormat())
    raw = over_amqp(rabbit.content_type or "", rabbit.headers, rabbit.body)
    assert judged(raw) == judged(structured())
    one = amqp.to_binary(event, JSONFormat())
    properties = {str(k): v for k, v in one.application_properties.items()}
    raw = over_amqp("application/json", properties, one.application_data)
    assert judged(raw) == judged(structured())
    whole = rabbitmq.to_structured(event, JSONFormat())
    assert judged(over_amqp(whole.content_type or "", {}, whole.body)) == judged(structured())


@pytest.mark.parametrize("prefix", ["cloudEvents_", "cloudEvents:", "ce-"])
def test_amqp_headers_may_begin_in_three_ways(prefix: str) -> None:
    headers = {f"{prefix}{k}": v for k, v in EVENT.items() if k != "data"}
    raw = over_amqp("application/json; charset=utf-8", headers, json.dumps(FACT).encode())
    assert judged(raw).id == "call-1"


def test_http_headers_are_percent_decoded() -> None:
    headers = [(f"ce-{k}", v) for k, v in EVENT.items() if k != "data"]
    headers += [("ce-subject", "Euro%20%E2%82%AC")]
    (raw,) = over_http("application/json", headers, json.dumps(FACT).encode())
    assert judged(raw).subject == "Euro €"


def test_base64_data_are_read() -> None:
    text = base64.b64encode(json.dumps(FACT).encode()).decode()
    raw = over_http(STRUCTURED, [], json.dumps({**_without("data"), "data_base64": text}).encode())
    assert judged(raw[0]).data == FACT


def _without(name: str) -> dict[str, Any]:
    return {k: v for k, v in EVENT.items() if k != name}


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time"])
def test_a_missing_attribute_is_named(name: str) -> None:
    (raw,) = over_http(STRUCTURED, [], json.dumps(_without(name)).encode())
    with pytest.raises(NotTaken, match=f"^{name}: this attribute is missing"):
        judged(raw)
    with pytest.raises(NotTaken, match=f"^{name}: this attribute is missing"):
        judged(structured(**{name: None}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"specversion": "0.3"}, "specversion: Input should be '1.0'"),
        ({"source": "/ext/lms"}, "come from /ext/phones"),
        ({"source": "/partners/contacts"}, "come from /ext/phones"),
        ({"type": "org.partners.contact.logged.v1"}, "there is no such type"),
        ({"id": ""}, "id: "),
        ({"id": "x" * 256}, "id: "),
        ({"id": 7}, "id: "),
        ({"time": "2026-11-24T09:00:00"}, "time: send RFC 3339 with a zone"),
        ({"time": "yesterday"}, "time: send RFC 3339"),
        ({"time": "2026-11-24T09:10:01Z"}, "time: it lies in the future"),
        ({"datacontenttype": "application/xml"}, "datacontenttype"),
        ({"a_name": "x"}, "a_name: attribute names"),
        ({"aString": "x"}, "aString: attribute names"),
        ({"decimal": 42.42}, "decimal: an attribute is text"),
        ({"long": 4247483647}, "long: an attribute is text"),
        ({"inner": {"a": 1}}, "inner: an attribute is text"),
        ({"data": "text"}, "data: a JSON object is needed"),
        ({"data": None}, "data: a JSON object is needed"),
        ({"data_base64": "e30="}, "not both"),
        ({"data": {**FACT, "colour": "red"}}, "data: colour: Extra inputs"),
        ({"data": {**FACT, "channel": "pigeon"}}, "data: channel: "),
        ({"data": {**FACT, "student_sourced_id": {"$ne": None}}}, "data: student_sourced_id: "),
        ({"data": {**FACT, "student_sourced_id": 7}}, "data: student_sourced_id: "),
        ({"data": {**FACT, "occurred_at": 5}}, "data: occurred_at: "),
        ({"data": {**FACT, "occurred_at": "2026-11-24T08:00:00"}}, "data: occurred_at: .*timezone"),
        ({"data": {**FACT, "words": "x" * 2001}}, "data: words: "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changes: dict[str, object], why: str) -> None:
    with pytest.raises(NotTaken, match=why):
        judged(structured(**changes))


def test_a_reason_never_quotes_what_was_sent() -> None:
    with pytest.raises(NotTaken) as told:
        judged(structured(data={**FACT, "channel": "Maria Lopez, 555-0100"}))
    assert "Lopez" not in str(told.value)


def test_a_type_that_the_sender_may_not_send_is_refused() -> None:
    with pytest.raises(NotTaken, match="may not send"):
        judge(structured(), system="phones", types={"org.partners.invitation.answered.v1"}, now=NOW)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "can't be read"),
        (b"{", "line 1, column 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"id": "\\ud800"}', "not UTF-8"),
        (b'{"id": 1, "id": 2}', "the same name twice"),
        (b'{"id": NaN}', "no JSON number"),
        (b"[" * 100_0 + b"]" * 100_0, "deeper than 16"),
        (b"[" * 30_000, "deeper than 16"),
        (b'{"n": ' + b"9" * 5000 + b"}", "can't be read"),
    ],
)
def test_broken_json_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as told:
        over_http(STRUCTURED, [], body)
    assert told.value.status == 400


@pytest.mark.parametrize("body", [b"[]", b"7", b'"x"', b"null"])
def test_a_message_that_is_no_object_is_refused(body: bytes) -> None:
    (raw,) = over_http(STRUCTURED, [], body)
    with pytest.raises(NotTaken, match="a message is a JSON object"):
        judged(raw)


def test_sizes_have_limits() -> None:
    with pytest.raises(Unreadable, match="65537 bytes") as told:
        over_http(STRUCTURED, [], b" " * 65537)
    assert told.value.status == 413
    with pytest.raises(Unreadable, match="1048577 bytes"):
        over_http(BATCH, [], b" " * 1_048_577)
    with pytest.raises(Unreadable, match="501 messages"):
        over_http(BATCH, [], json.dumps([{}] * 501).encode())
    with pytest.raises(Unreadable, match="empty"):
        over_http(BATCH, [], b"[]")
    big, small = over_http(BATCH, [], json.dumps([{**EVENT, "big": "x" * 65536}, EVENT]).encode())
    assert judged(small).id == "call-1"
    with pytest.raises(NotTaken, match="65536 bytes at most"):
        judged(big)


def test_a_form_that_we_do_not_read_is_refused() -> None:
    for content_type in ("application/json", "text/plain", "", "application/cloudevents+avro"):
        with pytest.raises(Unreadable) as told:
            over_http(content_type, [], b"{}")
        assert told.value.status == 415
    with pytest.raises(Unreadable, match="UTF-8"):
        over_http(f"{STRUCTURED}; charset=utf-16", [], b"{}")
    with pytest.raises(Unreadable, match="by itself"):
        over_amqp(BATCH, {}, b"[]")
    with pytest.raises(Unreadable, match="cloudEvents_"):
        over_amqp("application/json", {}, b"{}")


def test_the_same_content_has_the_same_digest_in_any_order_and_at_any_time() -> None:
    again = dict(reversed(list(FACT.items())))
    later = structured(data=again, time="2026-11-24T09:05:00Z")
    assert judged(later).digest == judged(structured()).digest
    other = structured(data={**FACT, "outcome": "voicemail"})
    assert judged(other).digest != judged(structured()).digest


def test_the_routing_key_names_the_system_and_the_type() -> None:
    assert system_of(f"ext.phones.{TYPE}") == ("phones", TYPE)
    for wrong in ("", "phones.x", "ext.phones", "ext..x", "partners.phones.x"):
        with pytest.raises(NotTaken):
            system_of(wrong)


@given(st.binary(max_size=300), st.sampled_from([STRUCTURED, BATCH]))
def test_no_bytes_break_the_reader(body: bytes, content_type: str) -> None:
    try:
        raws = over_http(content_type, [], body)
    except Unreadable:
        return
    for raw in raws:
        with pytest.raises(NotTaken):
            judged(raw)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*EVENT, "data_base64", "x"]), _JSON))
def test_no_values_break_the_judge(changes: dict[str, Any]) -> None:
    try:
        raw = structured(**changes)
    except Unreadable:
        return
    with contextlib.suppress(NotTaken):
        judged(raw)


@pytest.mark.parametrize("path", sorted(DATA.glob("**/v1/*.json")), ids=lambda path: path.stem)
def test_foreign_samples_are_read_as_the_official_sdk_reads_them(path: Path) -> None:
    sample = json.loads(path.read_bytes())
    (raw,) = over_http(STRUCTURED, [], path.read_bytes())
    as_ours = {
        **raw.attributes, "source": "/ext/phones", "type": TYPE, "time": EVENT["time"],
        "datacontenttype": "application/json",
    }  # fmt: skip
    ours = Raw(as_ours, FACT, extra={"data": FACT})
    bad = path.stem.startswith("fail_") or path.stem.endswith(("_invalid", "_upper_case"))
    if bad:
        with pytest.raises(NotTaken, match="attribute"):
            judged(ours)
        return
    assert judged(ours).id == sample["id"]
    if "null" in path.stem:  # the format allows null for "not there"; the SDK is stricter
        return
    event = http.from_structured(
        http.HTTPMessage(headers={"content-type": STRUCTURED}, body=path.read_bytes()), JSONFormat()
    )
    assert event.get_id() == raw.attributes["id"]
    assert event.get_type() == raw.attributes["type"]


@pytest.mark.parametrize("path", sorted(DATA.glob("**/v03/*.json")), ids=lambda path: path.stem)
def test_the_old_version_is_refused_by_name(path: Path) -> None:
    (raw,) = over_http(STRUCTURED, [], path.read_bytes())
    with pytest.raises(NotTaken, match=r"specversion|attribute"):
        judged(raw)


@pytest.mark.parametrize("path", sorted((DATA / "spec").rglob("*.*")), ids=lambda path: path.stem)
def test_no_example_of_the_specification_breaks_the_reader(path: Path) -> None:
    for content_type in (STRUCTURED, BATCH):
        try:
            raws = over_http(content_type, [], path.read_bytes())
        except Unreadable:
            continue
        for raw in raws:
            with pytest.raises(NotTaken):
                judged(raw)


@pytest.mark.parametrize("value", [1795510800000, "1795510800000"])
def test_amqp_moments_in_milliseconds_are_read(value: object) -> None:
    headers = {f"cloudEvents_{k}": v for k, v in EVENT.items() if k != "data"}
    raw = over_amqp("application/json", headers | {"cloudEvents_time": value}, b"{}")
    assert raw.attributes["time"] == "2026-11-24T09:00:00+00:00"


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=10)))
def test_a_clock_may_go_ten_minutes_ahead(ahead: timedelta) -> None:
    assert judged(structured(time=(NOW + ahead).isoformat())).time == NOW + ahead
