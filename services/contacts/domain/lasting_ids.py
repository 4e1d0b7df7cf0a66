"""Ids that outlive their contents: groups change from import to import, most keep their id."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

Mint = Callable[[], str]
Members = frozenset[str]


def keep_ids(
    previous: Mapping[str, Members], now: Iterable[Members], mint: Mint
) -> dict[Members, str]:
    """An id for each group of now. Groups of one time share no member.

    A group takes the id of the earlier group with which it shares most members; of several parts of
    one earlier group the one with most of them keeps its id. Ties go to the part with the first
    member by id, so the order of the input never matters. All others get a new id from `mint`,
    which must never give one twice.
    """
    groups = sorted(set(now), key=lambda group: (min(group, default=""), sorted(group)))
    before = {
        member: group_id
        for group_id, held in sorted(previous.items(), key=itemgetter(0))
        for member in held
    }
    claims = []
    for group in groups:
        shared = Counter(before[member] for member in group if member in before)
        claims += [(-number, min(group), old, group) for old, number in shared.items()]
    claims.sort(key=lambda claim: claim[:3])
    kept: dict[Members, str] = {}
    used: set[str] = set()
    for _, _, old, group in claims:
        if group not in kept and old not in used:
            kept[group] = old
            used.add(old)
    return {group: kept.get(group) or mint() for group in groups}
