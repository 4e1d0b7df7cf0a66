"""What both buses promise, word for word the same."""

from collections.abc import Sequence

import pytest

from shared.bus.base import Incoming
from shared.bus.handlers import Handlers
from shared.bus.topology import LADDER
from shared.clock import new_id
from shared.envelope import Envelope
from shared.errors import DependencyDown, Passing, Permanent
from shared.messages import EducatorChanged, Message, SchoolChanged
from shared.outbox import Work
from tests.shared.bus.conftest import Stage, until


def school(name: str) -> SchoolChanged:
    return SchoolChanged(school_id=name, name=f"{name} School")


async def heard(stage: Stage, number: int) -> None:
    async def enough() -> bool:
        return len(await stage.stored()) >= number

    await until(enough)


async def died(stage: Stage, number: int = 1) -> None:
    async def enough() -> bool:
        return await stage.dead.count() >= number

    await until(enough)


async def test_what_is_told_in_a_committed_change_is_heard_once(stage: Stage) -> None:
    await stage.hear()
    await stage.start_relay()
    await stage.tell(school("maple"))
    await heard(stage, 1)
    assert await stage.stored() == ["maple"]
    assert isinstance(stage.heard[0], SchoolChanged)


async def test_what_is_told_in_a_change_that_fails_is_never_heard(stage: Stage) -> None:
    async def fails(work: Work) -> None:
        work.emit(school("oak"), sequence=1)
        raise RuntimeError

    await stage.hear()
    await stage.start_relay()
    with pytest.raises(RuntimeError):
        await stage.teller.run(fails)
    await stage.tell(school("maple"))
    await heard(stage, 1)
    assert await stage.stored() == ["maple"]


async def test_the_same_message_delivered_twice_has_one_effect(stage: Stage) -> None:
    await stage.hear()
    envelope = Envelope.seal(
        school("maple"), id="m1", source="/partners/contacts", time=stage.teller.clock.now(),
        sequence=1,
    )  # fmt: skip
    publisher = await stage.bus.publisher("contacts")
    await publisher.publish(envelope)
    await heard(stage, 1)
    await publisher.publish(envelope)
    await stage.put_raw(envelope.to_json())
    await publisher.publish(envelope.model_copy(update={"id": "m2"}))
    await heard(stage, 2)
    assert await stage.stored() == ["maple", "maple"]


async def test_messages_of_one_aggregate_are_told_in_their_order(stage: Stage) -> None:
    await stage.hear()
    for number in range(30):
        await stage.tell(school("maple").model_copy(update={"name": str(number)}), sequence=number)
    order: list[str] = []
    publisher = await stage.bus.publisher("contacts")
    publish = publisher.publish

    class Watching:
        async def publish(self, envelope: Envelope) -> None:
            order.append(envelope.data["name"])
            await publish(envelope)

    await stage.start_relay()
    assert stage.relay
    stage.relay.publisher = Watching()
    await heard(stage, 30)
    assert order == [str(number) for number in range(30)]


async def test_passing_trouble_is_tried_again_until_it_heals(stage: Stage) -> None:
    tries: list[str] = []

    async def heals(message: Message, work: Work) -> None:
        tries.append(message.subject)
        if len(tries) < 3:
            raise Passing("the family is not known here yet")

    await stage.hear(heals)
    await stage.start_relay()
    await stage.tell(school("maple"))
    await heard(stage, 1)
    assert len(tries) == 3
    assert await stage.dead.count() == 0


async def test_trouble_that_never_passes_is_dead_after_the_whole_ladder(stage: Stage) -> None:
    tries: list[str] = []

    async def never(message: Message, work: Work) -> None:
        tries.append(message.subject)
        raise Passing("the family is not known here yet")

    await stage.hear(never)
    await stage.start_relay()
    await stage.tell(school("maple"))
    await died(stage)
    letter = (await stage.dead.newest())[0]
    assert len(tries) == len(LADDER) + 1 == letter.tries
    assert "the family is not known here yet" in letter.reason
    assert letter.type == SchoolChanged.TYPE


async def test_permanent_trouble_is_dead_at_once_and_costs_no_neighbour(stage: Stage) -> None:
    async def refuses(message: Message, work: Work) -> None:
        if message.subject == "poison":
            raise Permanent("no such school")

    await stage.hear(refuses)
    await stage.start_relay()
    await stage.tell(school("maple"), school("poison"), school("oak"))
    await heard(stage, 2)
    await died(stage)
    assert sorted(await stage.stored()) == ["maple", "oak"]
    assert (await stage.dead.newest())[0].reason == "Permanent: no such school"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfenot json", "not a CloudEvents 1.0 message"),
        (b"{}", "id: Field required"),
        (
            b'{"id":"1","source":"/x","type":"no.such.v1","time":"2026-01-01T00:00:00Z","data":{}}',
            "does not handle no.such.v1",
        ),
        (
            (
                b'{"id":"1","source":"/x","type":"org.partners.school.changed.v1",'
                b'"time":"2026-01-01T00:00:00Z","data":{"name":5}}'
            ),
            "school_id: Field required",
        ),
    ],
)
async def test_poison_is_dead_with_what_is_wrong_and_where(
    stage: Stage, body: bytes, reason: str
) -> None:
    await stage.hear()
    await stage.put_raw(body)
    await died(stage)
    letter = (await stage.dead.newest())[0]
    assert reason in letter.reason
    assert (await stage.dead.show(letter.letter_id)).body == body
    assert await stage.stored() == []


async def test_a_dead_letter_can_be_replayed_once_it_can_succeed(stage: Stage) -> None:
    mended = False

    async def once_mended(message: Message, work: Work) -> None:
        if not mended:
            raise Permanent("not yet")

    await stage.hear(once_mended)
    await stage.start_relay()
    await stage.tell(school("maple"))
    await died(stage)
    mended = True
    letter = (await stage.dead.newest())[0]
    await stage.dead.replay(letter.letter_id)
    await heard(stage, 1)
    assert await stage.dead.count() == 0


async def test_a_dropped_dead_letter_is_gone(stage: Stage) -> None:
    await stage.hear()
    await stage.put_raw(b"nonsense")
    await died(stage)
    await stage.dead.drop((await stage.dead.newest())[0].letter_id)
    assert await stage.dead.count() == 0


async def test_while_a_dependency_is_down_messages_wait_and_no_try_is_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.settle.PROBE_SECONDS", 0.01)
    asked = 0

    async def probe() -> None:
        nonlocal asked
        asked += 1
        if asked < 10:
            raise DependencyDown("the database")

    async def down(message: Message, work: Work) -> None:
        if asked < 10:
            raise DependencyDown("the database")

    await stage.hear(down, probes=(probe,))
    await stage.start_relay()
    await stage.tell(school("maple"))
    await heard(stage, 1)
    assert asked >= 10
    assert await stage.dead.count() == 0


async def test_a_batch_is_folded_at_once_and_one_bad_message_costs_no_neighbour(
    stage: Stage,
) -> None:
    sizes: list[int] = []

    async def fold(envelopes: Sequence[Envelope]) -> None:
        if any(envelope.subject == "poison" for envelope in envelopes):
            raise Permanent("no such school")
        sizes.append(len(envelopes))
        rows = [{"_id": new_id(), "subject": each.subject} for each in envelopes]
        await stage.hearer.database["heard"].insert_many(rows)

    await stage.start_relay()
    names = [f"s{number}" for number in range(60)]
    await stage.tell(*(school(name) for name in [*names[:30], "poison", *names[30:]]))
    await until(lambda: _all_sent(stage))
    await stage.fold(fold)
    await heard(stage, 60)
    await died(stage)
    assert sorted(await stage.stored()) == sorted(names)
    assert max(sizes) > 1
    assert (await stage.dead.newest())[0].reason == "Permanent: no such school"


async def _all_sent(stage: Stage) -> bool:
    return await stage.teller.database["outbox"].count_documents({"sent_at": None}) == 0


async def test_a_type_that_no_service_knows_is_not_taken_as_sent(stage: Stage) -> None:
    publisher = await stage.bus.publisher("contacts")
    envelope = Envelope(
        id="1", source="/partners/contacts", type="org.partners.nobody.cares.v1",
        time=stage.teller.clock.now(), data={},
    )  # fmt: skip
    with pytest.raises(Exception, match=r"nobody\.cares|NO_ROUTE|DeliveryError"):
        await publisher.publish(envelope)


async def test_what_another_system_sends_is_taken_in_or_dead_with_its_reason(stage: Stage) -> None:
    taken: list[Incoming] = []

    async def intake(incoming: Incoming) -> None:
        if incoming.body == b"bad":
            raise Permanent("source must be /ext/sis")
        taken.append(incoming)

    await stage.hear()
    await stage.take_in(intake)
    await stage.send_in(Incoming(b"good", "ext.sis.org.partners.family.contacted.v1"))
    await stage.send_in(Incoming(b"bad", "ext.sis.org.partners.family.contacted.v1"))
    await died(stage)

    async def one() -> bool:
        return len(taken) == 1

    await until(one)
    assert taken[0].body == b"good"
    assert taken[0].routing_key == "ext.sis.org.partners.family.contacted.v1"
    letter = (await stage.dead.newest())[0]
    assert letter.reason == "Permanent: source must be /ext/sis"
    assert letter.queue == "gateway.ingress"


async def test_a_refused_message_of_another_system_can_be_replayed_as_it_came(
    stage: Stage,
) -> None:
    taken: list[Incoming] = []
    mended = False

    async def intake(incoming: Incoming) -> None:
        if not mended:
            raise Permanent("this system is not known")
        taken.append(incoming)

    await stage.hear()
    await stage.take_in(intake)
    await stage.send_in(Incoming(b"{}", "ext.sis.some.fact.v1"))
    await died(stage)
    mended = True
    await stage.dead.replay((await stage.dead.newest())[0].letter_id)

    async def one() -> bool:
        return len(taken) == 1

    await until(one)
    assert (taken[0].body, taken[0].routing_key) == (b"{}", "ext.sis.some.fact.v1")
    assert await stage.dead.count() == 0


def test_a_second_handler_for_the_same_message_is_refused() -> None:
    handlers = Handlers("gateway")

    async def one(message: Message, work: Work) -> None: ...

    handlers.on(SchoolChanged)(one)
    with pytest.raises(ValueError, match="already"):
        handlers.on(SchoolChanged)(one)


def test_a_service_whose_handlers_differ_from_its_bindings_does_not_start() -> None:
    handlers = Handlers("gateway")

    async def one(message: Message, work: Work) -> None: ...

    handlers.on(SchoolChanged)(one)
    with pytest.raises(ValueError, match=EducatorChanged.TYPE):
        handlers.check()
