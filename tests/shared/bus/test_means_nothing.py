"""What a service has nothing to do with leaves no trace in it, on either bus (ADR 20)."""

from shared.messages import SchoolChanged
from tests.shared.bus.conftest import Stage, until


def school(name: str) -> SchoolChanged:
    return SchoolChanged(school_id=name, name=f"{name} School")


async def test_what_means_nothing_here_is_done_at_once_and_leaves_no_trace(stage: Stage) -> None:
    await stage.hear(unless=lambda message: message.subject == "maple")
    await stage.start_relay()
    await stage.tell(school("maple"), school("oak"))

    async def heard() -> bool:
        return await stage.stored() == ["oak"]

    await until(heard)
    assert await stage.hearer.database["inbox"].count_documents({}) == 1
    assert await stage.dead.count() == 0
