"""How a service says which message it acts on: `@on(ContactLogged)`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from shared.bus import topology
from shared.envelope import Envelope
from shared.inbox import Inbox
from shared.messages import Message
from shared.outbox import Work

M = TypeVar("M", bound=Message)
Handler = Callable[[M, Work], Awaitable[None]]


class Handlers:
    """The handlers of one service: one per type, each in one transaction with its inbox row."""

    def __init__(self, service: str) -> None:
        """`service` is the name of the queue, too."""
        self.service = service
        self._by_type: dict[str, Handler[Any]] = {}
        self._unless: dict[str, Callable[[Any], bool]] = {}

    def on(
        self, kind: type[M], *, unless: Callable[[M], bool] | None = None
    ) -> Callable[[Handler[M]], Handler[M]]:
        """Register the handler of one type; a second one for the same type is refused.

        `unless`: messages that mean nothing here. They cost no transaction and leave no trace
        (ADR 20), so it may ask the message alone, never what is kept.
        """

        def register(handler: Handler[M]) -> Handler[M]:
            if kind.TYPE in self._by_type:
                raise ValueError(f"{self.service} has a handler for {kind.__name__} already")
            self._by_type[kind.TYPE] = handler
            if unless:
                self._unless[kind.TYPE] = unless
            return handler

        return register

    @property
    def by_type(self) -> Mapping[str, Handler[Any]]:
        """The handlers by message type."""
        return self._by_type

    def means_nothing(self, message: Message) -> bool:
        """Whether a message has nothing to do here, whatever is kept."""
        unless = self._unless.get(message.TYPE)
        return unless is not None and unless(message)

    def check(self) -> None:
        """Refuse to start when the handlers and the bindings of the queue differ."""
        bound = {kind.TYPE for kind in topology.CONSUMES[self.service]}
        if bound != set(self._by_type):
            differ = ", ".join(sorted(bound ^ set(self._by_type)))
            raise ValueError(f"{self.service}: bound but not handled, or the reverse: {differ}")


class Fold(Protocol):
    """A consumer that takes hundreds of messages in one transaction (reports)."""

    async def __call__(self, envelopes: Sequence[Envelope]) -> None:
        """Keep all or none; duplicates are its own to recognise. One bad message: `Permanent`."""


@dataclass
class Consumer:
    """One service at its queue: either handlers, each message by itself, or a fold of batches."""

    service: str
    inbox: Inbox
    handlers: Handlers | None = None
    fold: Fold | None = None
    prefetch: int = 20
    probes: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)
    """Asked every second while a dependency is down; each raises `DependencyDown` or returns."""

    def __post_init__(self) -> None:
        if (self.handlers is None) == (self.fold is None):
            raise ValueError("a consumer has handlers or a fold, one of them")
        if self.handlers:
            self.handlers.check()
