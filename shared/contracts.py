"""Writes the contracts that others read: JSON Schemas, and one AsyncAPI 3 document.

`python -m shared.contracts docs/contracts` writes them; a test fails when the files differ from the
code, or when a change breaks a golden sample (docs/decisions).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.bus import topology
from shared.envelope import CONTENT_TYPE, Envelope
from shared.external import EXTERNAL, ExternalFact
from shared.messages import MESSAGES, Message

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "1.0.0"


def contracts() -> dict[str, Any]:
    """Every contract by its file name."""
    files: dict[str, Any] = {"envelope.schema.json": _schema(Envelope)}
    for kinds in (MESSAGES, EXTERNAL):
        for name, kind in kinds.items():
            files[f"{name}.schema.json"] = _schema(kind)
    files["asyncapi.json"] = asyncapi()
    return files


def _schema(kind: type[Message] | type[ExternalFact] | type[Envelope]) -> dict[str, Any]:
    return {"$schema": DIALECT, **kind.model_json_schema(mode="validation")}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: what others may send to us, and what travels inside."""
    known: list[tuple[str, type[Message | ExternalFact]]] = [
        *MESSAGES.items(),
        *EXTERNAL.items(),
    ]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Partners",
            "version": VERSION,
            "description": (
                "Messages of the Partners family-engagement platform. Bodies are CloudEvents "
                "1.0 in structured JSON. Other systems write to `partners.ingress` only."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "bus": {
                "host": "rabbitmq:5672",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "The broker of the installation; one user per system.",
            }
        },
        "channels": {
            **{name: _inside(name) for name in MESSAGES},
            **{f"ingress.{name}": _ingress(name) for name in EXTERNAL},
        },
        "operations": _operations(),
        "components": {
            "messages": {name: _message(name, kind) for name, kind in known},
            "schemas": {
                **{name: kind.model_json_schema(ref_template=_ref(name)) for name, kind in known},
                "Envelope": Envelope.model_json_schema(),
            },
        },
    }


def _ref(name: str) -> str:
    return f"#/components/schemas/{name}/$defs/{{model}}"


def _inside(name: str) -> dict[str, Any]:
    return _channel(name, name, topology.MESSAGES_EXCHANGE)


def _ingress(name: str) -> dict[str, Any]:
    channel = _channel(name, f"ext.{{system}}.{name}", topology.INGRESS_EXCHANGE)
    described = {"description": "The sender's own name; `source` must be /ext/{system}."}
    return {**channel, "parameters": {"system": described}}


def _channel(name: str, address: str, exchange: str) -> dict[str, Any]:
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": exchange, "type": "topic", "durable": True, "vhost": "/"},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operations() -> dict[str, Any]:
    sends = {
        f"{service}.sends.{name}": _operation("send", name)
        for service in topology.SERVICES
        for name in topology.emits(service)
    }
    receives = {
        f"{service}.receives.{kind.TYPE}": _operation("receive", kind.TYPE)
        for service in topology.SERVICES
        for kind in topology.CONSUMES[service]
    }
    from_outside = {
        f"gateway.receives.{name}": _operation("receive", f"ingress.{name}") for name in EXTERNAL
    }
    return {**sends, **receives, **from_outside}


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(name: str, kind: type[Message] | type[ExternalFact]) -> dict[str, Any]:
    data = {"$ref": f"#/components/schemas/{name}"}
    typed = {"type": {"const": name}, "data": data}
    return {
        "name": name,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, {"properties": typed}]},
    }


def as_text(document: Mapping[str, Any]) -> str:
    """The form in which a contract is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every contract and remove files of types that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = contracts()
    for name, document in wanted.items():
        (folder / name).write_text(as_text(document), encoding="utf-8")
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
